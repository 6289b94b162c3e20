#pragma once

#include <cstddef>

#include "mana/base/team.h"
#include "mana/kernels/peak.h"

namespace mana::cli {

/// What a processor reached in one instruction, in multiplications and additions a second.
struct PeakRate {
  double best = 0;
  double median = 0;
};

/// Runs the loop of a level and precision on all threads of the team at once, on random numbers, `passes` times about
/// 50 ms. Throws ArgumentError for no passes.
PeakRate measure_peak(kernels::Isa isa, kernels::Precision precision, Team& team, std::size_t passes);

}  // namespace mana::cli
