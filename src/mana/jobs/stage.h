#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace mana::jobs {

/// How far a job has come in what it is about now: 300 of 1,000 texts of "measuring".
struct Stage {
  std::string_view name;
  std::string_view unit;
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total = {};  ///< where it is known
};

/// Called from the thread that works, not always for each step.
using StageEvent = std::function<void(const Stage&)>;

}  // namespace mana::jobs
