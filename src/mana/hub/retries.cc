#include "mana/hub/retries.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "mana/base/errors.h"

namespace mana::hub {

bool Retries::again(const std::stop_token& stop, std::optional<std::chrono::seconds> asked) {
  if (++failures_ >= policy_.attempts) return false;
  if (asked > policy_.longest_delay) return false;

  std::chrono::milliseconds delay = policy_.first_delay;
  for (int i = 1; i < failures_ && delay < policy_.longest_delay; ++i) delay *= 2;
  delay = std::min(delay, policy_.longest_delay);
  if (asked) delay = std::max<std::chrono::milliseconds>(delay, *asked);

  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  if (never.wait_for(lock, stop, delay, [&] { return stop.stop_requested(); })) {
    throw Cancelled("the download was cancelled");
  }
  return true;
}

}  // namespace mana::hub
