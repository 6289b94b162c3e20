#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <stop_token>
#include <string_view>
#include <thread>

namespace mana::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop, so that work ends between two rows and leaves its files in
/// order. Those that whoever started the program had it ignore (nohup) stay ignored. Must be made before any other
/// thread, for the signals are blocked in the thread that makes it and in those that come after; one at a time.
///
/// Work that does not end within a second is said to go on until it can stop. Where it only waits for another program,
/// which may be for ever (a pipe that nobody writes or reads), the program ends instead, and so it does at a
/// second signal: files are then as after a kill. Signals that come within a fifth of a second are one: a terminal
/// signals all of its programs, and `timeout` or a shell hands the same signal on.
class Interruption {
 public:
  /// Throws Error where the system cannot start its thread.
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  /// As a shell reports it: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP, 0 when there was none.
  int exit_status() const;

 private:
  void wait();
  void hasten(int first);

  sigset_t signals_;  ///< those that are watched, and one that wakes the watcher
  std::stop_source source_;
  std::atomic<int> signal_ = 0;
  std::atomic<bool> done_ = false;
  std::thread watcher_;
};

/// Does the work of a command, which signals may cancel: returns its exit status, or that of the signal where it throws
/// Cancelled, after a note of what became of it.
int run_interruptibly(const std::function<int(const Interruption&)>& work, std::string_view note_if_cancelled = {});

}  // namespace mana::cli
