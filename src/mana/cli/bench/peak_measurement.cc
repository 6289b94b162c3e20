#include "mana/cli/bench/peak_measurement.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "mana/base/errors.h"
#include "mana/tensor/dtype.h"

namespace mana::cli {
namespace {

using kernels::Precision;

/// What a loop reads and writes, one 32-bit lane an element.
struct Operands {
  std::vector<std::uint32_t> a, b, sums;
};

/// A lane of random numbers: bytes for int8; else what is between 1/2 and 1 in size, of either sign.
std::uint32_t random_lane(Precision precision, std::mt19937& random) {
  if (precision == Precision::int8) return static_cast<std::uint32_t>(random());
  std::uniform_real_distribution<float> size(0.5f, 1.0f);
  const auto number = [&] { return random() % 2 == 0 ? size(random) : -size(random); };
  if (precision == Precision::f32) return std::bit_cast<std::uint32_t>(number());
  const std::uint32_t high = float_to_bfloat16(number()), low = float_to_bfloat16(number());
  return high << 16 | low;
}

/// The second half of the operands is the first with other signs, so that the sums of reals neither grow beyond what a
/// product can still change nor stand still.
Operands random_operands(const kernels::PeakLoop& loop, Precision precision, unsigned seed) {
  std::mt19937 random(seed);
  const auto lanes = [&](std::size_t count) {
    std::vector<std::uint32_t> all(count);
    for (std::uint32_t& lane : all) lane = random_lane(precision, random);
    return all;
  };
  Operands operands{lanes(loop.operands * loop.lanes), lanes(loop.lanes), lanes(loop.sums * loop.lanes)};
  const std::uint32_t signs = precision == Precision::f32 ? 0x80000000 : precision == Precision::bf16 ? 0x80008000 : 0;
  const std::size_t half = operands.a.size() / 2;
  for (std::size_t i = 0; i < half && signs != 0; ++i) operands.a[half + i] = operands.a[i] ^ signs;
  if (precision == Precision::bf16) {  // sums are f32
    for (std::uint32_t& sum : operands.sums) sum = random_lane(Precision::f32, random);
  }
  return operands;
}

}  // namespace

PeakRate measure_peak(kernels::Isa isa, Precision precision, Team& team, std::size_t passes) {
  if (passes == 0) throw ArgumentError("a peak needs at least one pass");
  const kernels::PeakLoop& loop = kernels::peak_loop(isa, precision);
  std::vector<Operands> operands;
  operands.reserve(team.size());
  for (unsigned thread = 0; thread < team.size(); ++thread) {
    operands.push_back(random_operands(loop, precision, thread + 1));
  }
  const auto seconds_of = [&](std::uint64_t rounds) {
    const auto begin = std::chrono::steady_clock::now();
    team.run([&](unsigned thread) {
      Operands& own = operands[thread];
      loop.run(rounds, own.a.data(), own.b.data(), own.sums.data());
    });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };

  constexpr double kPassSeconds = 0.05;
  std::uint64_t rounds = 1 << 10;
  double seconds = seconds_of(rounds);
  while (seconds < kPassSeconds / 2) {  // the clocks settle meanwhile
    rounds *= 2;
    seconds = seconds_of(rounds);
  }
  const double operations = loop.operations() * static_cast<double>(rounds) * team.size();
  std::vector<double> rates;
  while (rates.size() < passes) rates.push_back(operations / seconds_of(rounds));
  std::ranges::sort(rates);
  return {rates.back(), (rates[(passes - 1) / 2] + rates[passes / 2]) / 2};
}

}  // namespace mana::cli
