#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

namespace mana::subwords {

/// How a training says how far it is, and how it is told to stop: it throws Cancelled then.
struct Events {
  /// So many of `total` units of `what` are done; called by one thread at a time.
  std::function<void(std::string_view what, std::string_view unit, std::uint64_t done, std::uint64_t total)> progress =
      [](std::string_view, std::string_view, std::uint64_t, std::uint64_t) {};
  std::stop_token stop = {};
};

}  // namespace mana::subwords
