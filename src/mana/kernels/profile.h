#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mana::kernels {

/// Where forward passes spend their time. Thread-safe.
class Profile {
 public:
  struct Entry {
    std::string operation;  ///< "attention", "linear 384 -> 1536"
    std::uint64_t calls = 0;
    double seconds = 0;     ///< of all threads together
    double arithmetic = 0;  ///< multiplications and additions, where they are counted
  };

  /// Adds the time between its construction and its end to an operation, once for each of the threads that share it; to
  /// a null profile, nothing.
  class Timer {
   public:
    Timer(Profile* profile, unsigned threads, std::string_view operation, double arithmetic = 0);
    /// Of an operation that is told apart by the widths of its input and output.
    Timer(Profile* profile, unsigned threads, std::string_view operation, std::size_t inputs, std::size_t outputs,
          double arithmetic);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

   private:
    Profile* profile_;
    unsigned threads_;
    std::string operation_;
    double arithmetic_;
    std::chrono::steady_clock::time_point begin_;
  };

  void add(std::string_view operation, double seconds, double arithmetic);
  void clear();
  /// In the order in which the operations first ended.
  std::vector<Entry> entries() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace mana::kernels
