#include "mana/cli/shell/interruption.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/sleeping_threads.h"

namespace mana::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kSignalStatus = 128;
constexpr int kWake = SIGURG;  // nobody sends it, and who does not wait for it does not notice it

constexpr milliseconds kOneSignal{200};   // what comes so soon is the same request
constexpr milliseconds kPatience{1000};   // until work that has not stopped is said to go on
constexpr milliseconds kAsleep{1200};     // longer than libcurl waits before it asks whether to stop
constexpr timespec kLook{0, 50'000'000};  // how often it is looked at

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, kWake);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(signal)) ::sigaddset(&signals, signal);
  }
  return signals;
}

}  // namespace

Interruption::Interruption() : signals_(watched_signals()) {
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  try {
    watcher_ = std::thread([this] { wait(); });
  } catch (const std::system_error& error) {
    ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
    throw Error(fmt::format("no thread can be started here ({}): the system allows no more memory or threads",
                            error.code().message()));
  }
}

Interruption::~Interruption() {
  done_ = true;
  ::pthread_kill(watcher_.native_handle(), kWake);
  watcher_.join();
  ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

int Interruption::exit_status() const { return signal_ == 0 ? 0 : kSignalStatus + signal_; }

void Interruption::wait() {
  while (!done_) {
    int signal = 0;
    if (::sigwait(&signals_, &signal) != 0 || signal == kWake || done_) continue;
    signal_ = signal;
    source_.request_stop();
    return hasten(signal);
  }
}

/// Watches over the work from the first signal to its end.
void Interruption::hasten(int first) {
  const Clock::time_point begin = Clock::now();
  Clock::time_point awake = begin;  // when the work was last seen to be done
  bool said = false;
  while (!done_) {
    const int signal = ::sigtimedwait(&signals_, nullptr, &kLook);
    const Clock::time_point now = Clock::now();
    if (done_) return;
    if (signal > 0 && signal != kWake && now - begin > kOneSignal) ::_exit(kSignalStatus + signal);
    if (!other_threads_sleep()) awake = now;
    if (now - awake >= kAsleep) ::_exit(kSignalStatus + first);
    if (!said && now - begin >= kPatience && awake == now) {
      note("mana: stops as soon as it can; a second signal ends it at once");
      said = true;
    }
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
