#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace mana {

/// A fixed set of threads that work on one thing together: the caller is the first of them. Between two pieces of work
/// the others look out for the next one for a few microseconds, then sleep.
class Team {
 public:
  /// `size` threads in all, the caller's included; at least one.
  explicit Team(unsigned size);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  unsigned size() const { return static_cast<unsigned>(helpers_.size()) + 1; }

  /// Calls work(0), …, work(size() - 1), each on its own thread, and returns when all have returned. The first
  /// exception, if any, is rethrown. Not to be called by two threads at once, nor from within `work`.
  void run(const std::function<void(unsigned)>& work);

 private:
  void help(unsigned index);

  std::vector<std::thread> helpers_;
  std::atomic<unsigned> generation_ = 0;  // counts the pieces of work
  std::atomic<unsigned> unfinished_ = 0;
  const std::function<void(unsigned)>* work_ = nullptr;
  std::vector<std::exception_ptr> failures_;
  bool stopping_ = false;
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
