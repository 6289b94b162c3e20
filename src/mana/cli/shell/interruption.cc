#include "mana/cli/shell/interruption.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  return signals;
}

constexpr int kSignalStatus = 128;

}  // namespace

Interruption::Interruption() {
  const sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    watcher_ = std::thread([this] { wait(); });
  } catch (const std::system_error& error) {
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    throw Error(fmt::format("no thread can be started here ({}): the system allows no more memory or threads",
                            error.code().message()));
  }
}

Interruption::~Interruption() {
  done_ = true;
  ::pthread_kill(watcher_.native_handle(), SIGINT);  // wakes the watcher, and only it
  watcher_.join();
  const sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int Interruption::exit_status() const { return signal_ == 0 ? 0 : kSignalStatus + signal_; }

void Interruption::wait() {
  const sigset_t signals = watched_signals();
  while (!done_) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0 || done_) continue;
    if (signal_.exchange(signal) != 0) ::_exit(kSignalStatus + signal);
    source_.request_stop();
  }
}

int run_interruptibly(const std::function<int(const Interruption&)>& work, std::string_view note_if_cancelled) {
  const Interruption interruption;
  try {
    return work(interruption);
  } catch (const Cancelled&) {
    if (!note_if_cancelled.empty()) note(note_if_cancelled);
    return interruption.exit_status();
  }
}

}  // namespace mana::cli
