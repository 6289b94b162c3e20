#pragma once

#include <cstdint>
#include <string_view>

namespace mana::train {

/// How the learning rate goes on after the warm-up.
enum class ScheduleShape : std::uint8_t { constant, linear, cosine, inverse_sqrt };

std::string_view name_of(ScheduleShape shape);
/// Throws ArgumentError for another name.
ScheduleShape schedule_shape(std::string_view name);

/// The learning rate of step s, from 0, of S steps, W of them warm-up; r is the highest:
///
///   s < W      r · s / W                                (Goyal et al. 2017, arXiv:1706.02677, section 2.2)
///   constant   r
///   linear     r · (S − s) / (S − W)
///   cosine     r · ½ (1 + cos π (s − W) / (S − W))       (Loshchilov and Hutter 2017, arXiv:1608.03983)
///   inverse    r · √(W / s)                              (Vaswani et al. 2017, arXiv:1706.03762, equation 3; W ≥ 1)
///
/// With a warm-up the first step has rate 0, as in transformers' schedules.
struct Schedule {
  ScheduleShape shape = ScheduleShape::linear;
  double rate = 2e-5;
  std::uint64_t warmup = 0;
  std::uint64_t steps = 0;

  double operator()(std::uint64_t step) const;
};

}  // namespace mana::train
