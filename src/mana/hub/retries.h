#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

namespace mana::hub {

/// How often a failed request is tried again, and how long to wait before: `first_delay`, then twice as long each time.
struct RetryPolicy {
  int attempts = 5;  ///< in all, the first one included
  std::chrono::milliseconds first_delay{1000};
  std::chrono::milliseconds longest_delay{30'000};
};

/// Counts the failures of one piece of work.
class Retries {
 public:
  explicit Retries(const RetryPolicy& policy) : policy_(policy) {}

  /// Call it after a failure: waits, then returns true for another attempt, or false at once when there were enough.
  /// `asked` is what the server wants to be waited (Retry-After); more than the longest delay is not waited for.
  /// Throws Cancelled.
  bool again(const std::stop_token& stop, std::optional<std::chrono::seconds> asked = {});

  /// There was progress: the failures before it no longer count.
  void forget() { failures_ = 0; }

 private:
  RetryPolicy policy_;
  int failures_ = 0;
};

}  // namespace mana::hub
