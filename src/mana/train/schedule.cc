#include "mana/train/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "mana/base/errors.h"

namespace mana::train {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"constant", "linear", "cosine", "inverse-sqrt"};

}  // namespace

std::string_view name_of(ScheduleShape shape) { return kNames[static_cast<std::size_t>(shape)]; }

ScheduleShape schedule_shape(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found != kNames.end()) return static_cast<ScheduleShape>(found - kNames.begin());
  throw ArgumentError(fmt::format("there is no schedule '{}', only constant, linear, cosine and inverse-sqrt", name));
}

double Schedule::operator()(std::uint64_t step) const {
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(whole, 1));
  };
  if (step < warmup) return rate * share(step, warmup);
  if (shape == ScheduleShape::constant) return rate;
  if (shape == ScheduleShape::inverse_sqrt) {
    return rate * std::sqrt(share(std::max<std::uint64_t>(warmup, 1), std::max<std::uint64_t>(step, 1)));
  }
  const std::uint64_t rest = steps > warmup ? steps - warmup : 0;
  const double done = share(std::min(step - warmup, rest), rest);
  if (shape == ScheduleShape::linear) return rate * (1 - done);
  return rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

}  // namespace mana::train
