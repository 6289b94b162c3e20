#include "mana/base/team.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "mana/base/errors.h"

namespace mana {
namespace {

/// Long enough to catch the next layer of a forward pass, short enough to cost nothing when there is none.
constexpr int kSpins = 4000;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Waits until `value` is no longer `old`: spinning first, then asleep.
unsigned wait_for_change(const std::atomic<unsigned>& value, unsigned old) {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (const unsigned now = value.load(std::memory_order_acquire); now != old) return now;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace

Team::Team(unsigned size) {
  failures_.resize(size == 0 ? 1 : size);
  claims_ = failures_.size();  // none is left to take
  try {
    while (helpers_.size() + 1 < size) helpers_.emplace_back([this] { help(); });
  } catch (const std::system_error& error) {
    const std::size_t started = helpers_.size() + 1;
    stop();
    throw ArgumentError(fmt::format("{} threads cannot run here, {} is where the system stops ({}): ask for fewer",
                                    size, started, error.code().message()));
  } catch (...) {  // no memory for them
    stop();
    throw;
  }
}

Team::~Team() { stop(); }

void Team::stop() noexcept {
  stopping_ = true;
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Team::run(const std::function<void(unsigned)>& work) {
  work_ = &work;
  unfinished_.store(size(), std::memory_order_relaxed);
  const std::uint64_t piece = generation_.load(std::memory_order_relaxed) + std::uint64_t{1};
  claims_.store(piece << 32U, std::memory_order_release);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  take_shares();
  for (unsigned left = unfinished_.load(std::memory_order_acquire); left != 0;)
    left = wait_for_change(unfinished_, left);
  rethrow_failure();
}

void Team::rethrow_failure() {
  std::exception_ptr first;
  for (std::exception_ptr& failure : failures_) {
    if (std::exception_ptr dropped = std::exchange(failure, nullptr); dropped && !first) first = std::move(dropped);
  }
  if (first) std::rethrow_exception(first);
}

/// A share is taken by the one who counts it. Who holds one keeps its piece of work from ending, so work_ is that
/// piece's; the upper half keeps a latecomer from counting a share of the next piece as one of the last.
void Team::take_shares() {
  std::uint64_t claim = claims_.load(std::memory_order_acquire);
  while (static_cast<std::uint32_t>(claim) < size()) {
    if (!claims_.compare_exchange_weak(claim, claim + 1, std::memory_order_acq_rel, std::memory_order_acquire))
      continue;
    const auto share = static_cast<std::uint32_t>(claim);
    try {
      (*work_)(share);
    } catch (...) {
      failures_[share] = std::current_exception();
    }
    if (unfinished_.fetch_sub(1, std::memory_order_release) == 1) unfinished_.notify_one();
    claim = claims_.load(std::memory_order_acquire);
  }
}

void Team::help() {
  unsigned seen = 0;
  while (true) {
    seen = wait_for_change(generation_, seen);
    if (stopping_) return;
    take_shares();
  }
}

}  // namespace mana
