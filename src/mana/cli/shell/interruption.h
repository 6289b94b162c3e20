#pragma once

#include <atomic>
#include <functional>
#include <stop_token>
#include <string_view>
#include <thread>

namespace mana::cli {

/// Turns SIGINT and SIGTERM into a request to stop, so that work ends between two rows and leaves its files in order.
/// A second signal ends the program at once. Must be made before any other thread, for the signals are blocked in the
/// thread that makes it and in those that come after; one at a time.
class Interruption {
 public:
  /// Throws Error where the system cannot start its thread.
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  /// As a shell reports it: 130 for SIGINT, 143 for SIGTERM, 0 when there was none.
  int exit_status() const;

 private:
  void wait();

  std::stop_source source_;
  std::atomic<int> signal_ = 0;
  std::atomic<bool> done_ = false;
  std::thread watcher_;
};

/// Does the work of a command, which signals may cancel: returns its exit status, or that of the signal where it throws
/// Cancelled, after a note of what became of it.
int run_interruptibly(const std::function<int(const Interruption&)>& work, std::string_view note_if_cancelled = {});

}  // namespace mana::cli
