#include "mana/base/team.h"

#include <utility>

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
  for (unsigned index = 1; index < size; ++index) {
    helpers_.emplace_back([this, index] { help(index); });
  }
}

Team::~Team() {
  stopping_ = true;
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Team::run(const std::function<void(unsigned)>& work) {
  work_ = &work;
  unfinished_.store(static_cast<unsigned>(helpers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  try {
    work(0);
  } catch (...) {
    failures_[0] = std::current_exception();
  }
  for (unsigned left = unfinished_.load(std::memory_order_acquire); left != 0;)
    left = wait_for_change(unfinished_, left);
  for (std::exception_ptr& failure : failures_) {
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }
}

void Team::help(unsigned index) {
  unsigned seen = 0;
  while (true) {
    seen = wait_for_change(generation_, seen);
    if (stopping_) return;
    try {
      (*work_)(index);
    } catch (...) {
      failures_[index] = std::current_exception();
    }
    if (unfinished_.fetch_sub(1, std::memory_order_release) == 1) unfinished_.notify_one();
  }
}

}  // namespace mana
