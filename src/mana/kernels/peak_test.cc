// The loops compute what peak.h says, so that the operations they are credited with are done.
#include "mana/kernels/peak.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels {
namespace {

using Level = std::pair<Isa, Precision>;

std::vector<Level> levels() {
  std::vector<Level> all = amx_emulator::tested_levels();
  std::erase_if(all, [](const Level& level) { return level.first == Isa::portable; });
  return all;
}

/// A lane's group of whole numbers as the instruction takes it: f32, a pair of bf16, four bytes or a pair of 16 bits.
std::uint32_t lane_of(Precision precision, const std::vector<int>& numbers) {
  std::uint32_t bits = 0;
  if (precision == Precision::f32) {
    const auto value = static_cast<float>(numbers[0]);
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
  }
  const unsigned width = 32 / static_cast<unsigned>(numbers.size());
  for (std::size_t i = numbers.size(); i-- > 0;) {
    const std::uint32_t element = precision == Precision::bf16
                                      ? float_to_bfloat16(static_cast<float>(numbers[i]))
                                      : static_cast<std::uint32_t>(numbers[i]) & (width == 8 ? 0xffU : 0xffffU);
    bits = bits << width | element;
  }
  return bits;
}

using Lanes = std::vector<std::vector<int>>;  // of a register, each a group

/// What one lane of sums grows by: the product of two lanes, or of a row by a column of 16 x 16 lanes.
int product(const PeakLoop& loop, const Lanes& a, const Lanes& b, std::size_t lane) {
  constexpr std::size_t kSide = 16;
  int sum = 0;
  for (std::size_t k = 0; k < loop.depth; ++k) {
    const std::vector<int>& left = loop.depth == 1 ? a[lane] : a[lane / kSide * kSide + k];
    const std::vector<int>& right = loop.depth == 1 ? b[lane] : b[k * kSide + lane % kSide];
    for (std::size_t i = 0; i < loop.group; ++i) sum += left[i] * right[i];
  }
  return sum;
}

class PeakTest : public testing::TestWithParam<Level> {};

TEST_P(PeakTest, SumsWhatItSays) {
  const auto [isa, precision] = GetParam();
  const PeakLoop& loop = peak_loop(isa, precision);
  constexpr int kRounds = 5;
  std::mt19937 random(3);
  std::uniform_int_distribution<int> unsigned_byte(0, 15), signed_byte(-15, 15);  // all sums are exact in f32
  std::vector<std::uint32_t> a(loop.operands * loop.lanes), b(loop.lanes), sums(loop.sums * loop.lanes);
  std::vector<int> rise(loop.lanes), start(sums.size());
  const auto random_lane = [&](auto& numbers, std::uint32_t& bits) {
    std::vector<int> group(loop.group);
    for (int& each : group) each = numbers(random);
    bits = lane_of(precision, group);
    return group;
  };
  Lanes right, left(loop.lanes);
  for (std::uint32_t& bits : b) right.push_back(random_lane(signed_byte, bits));
  for (std::size_t factor = 0; factor < loop.operands; ++factor) {
    for (std::size_t lane = 0; lane < loop.lanes; ++lane) {
      left[lane] = random_lane(unsigned_byte, a[factor * loop.lanes + lane]);
    }
    for (std::size_t lane = 0; lane < loop.lanes; ++lane) rise[lane] += product(loop, left, right, lane);
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    start[i] = static_cast<int>(i) - 100;
    const auto real = static_cast<float>(start[i]);
    std::memcpy(&sums[i], precision == Precision::int8 ? static_cast<const void*>(&start[i]) : &real, sizeof(sums[i]));
  }
  loop.run(kRounds, a.data(), b.data(), sums.data());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const int expected = start[i] + kRounds * rise[i % loop.lanes];
    float real = 0;
    std::memcpy(&real, &sums[i], sizeof(real));
    if (precision == Precision::int8) {
      ASSERT_EQ(static_cast<std::int32_t>(sums[i]), expected) << i;
    } else {
      ASSERT_EQ(real, static_cast<float>(expected)) << i;
    }
  }
}

TEST_P(PeakTest, CountsItsOperations) {
  const auto [isa, precision] = GetParam();
  const PeakLoop& loop = peak_loop(isa, precision);
  const bool matrix = isa == Isa::amx && precision != Precision::f32;
  EXPECT_EQ(loop.lanes, matrix ? 256U : isa == Isa::avx2 ? 8U : 16U);
  EXPECT_EQ(loop.depth, matrix ? 16U : 1U);
  EXPECT_EQ(loop.operations(),
            2.0 * static_cast<double>(loop.lanes * loop.group * loop.depth * loop.sums * loop.operands));
  if (matrix) {
    EXPECT_EQ(loop.sums, 4U) << "one in 16 cycles with a latency of 52";
  } else if (loop.instruction.find(',') == std::string_view::npos) {
    EXPECT_GE(loop.sums, 10U) << "two a cycle with a latency of five";
  }
  EXPECT_FALSE(loop.instruction.empty());
}

INSTANTIATE_TEST_SUITE_P(Levels, PeakTest, testing::ValuesIn(levels()), [](const auto& each) {
  return std::string(name_of(each.param.first)) + "_" + std::string(name_of(each.param.second));
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PeakTest);

}  // namespace
}  // namespace mana::kernels
