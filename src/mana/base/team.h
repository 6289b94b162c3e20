#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace mana {

/// A fixed set of threads that work on one thing together: the caller is the first of them. Between two pieces of work
/// the others look out for the next one for a few microseconds, then sleep.
class Team {
 public:
  /// `size` threads in all, the caller's included; at least one. Throws ArgumentError where the system cannot start as
  /// many, and leaves none behind.
  explicit Team(unsigned size);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  unsigned size() const { return static_cast<unsigned>(helpers_.size()) + 1; }

  /// Calls work(0), …, work(size() - 1), each once, and returns when all have returned. Threads take one share after
  /// the other: where one comes late because the system had no processor for it, the others do not wait but take its
  /// share too, so no share may wait for another. Of what they throw, the exception of the lowest share is rethrown and
  /// the others are dropped: nothing of a call that failed is left for the next one. Not to be called by two threads at
  /// once, nor from within `work`.
  void run(const std::function<void(unsigned)>& work);

 private:
  void help();
  void take_shares();
  void rethrow_failure();
  void stop() noexcept;

  std::vector<std::thread> helpers_;
  std::atomic<unsigned> generation_ = 0;   // counts the pieces of work; what sleeping threads look at
  std::atomic<std::uint64_t> claims_ = 0;  // the piece of work in the upper half, its next share in the lower
  std::atomic<unsigned> unfinished_ = 0;   // shares
  const std::function<void(unsigned)>* work_ = nullptr;
  std::vector<std::exception_ptr> failures_;
  std::atomic<bool> stopping_ = false;  // read by threads that come late for the last piece of work, too
};

/// The part of [0, count) that falls to `index` of `parts`: contiguous, as even as can be.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};
inline Part part_of(std::size_t count, unsigned index, unsigned parts) {
  return {count * index / parts, count * (index + 1) / parts};
}

}  // namespace mana
