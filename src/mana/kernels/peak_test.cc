// The loops compute what peak.h says, so that the operations they are credited with are done.
#include "mana/kernels/peak.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "mana/tensor/dtype.h"

namespace mana::kernels {
namespace {

using Level = std::pair<Isa, Precision>;

std::vector<Level> levels() {
  std::vector<Level> all;
  for (const Isa isa : available_isas()) {
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
      if (isa != Isa::reference && available(precision, isa)) all.emplace_back(isa, precision);
    }
  }
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

class PeakTest : public testing::TestWithParam<Level> {};

TEST_P(PeakTest, SumsWhatItSays) {
  const auto [isa, precision] = GetParam();
  const PeakLoop& loop = peak_loop(isa, precision);
  constexpr int kRounds = 5;
  std::mt19937 random(3);
  std::uniform_int_distribution<int> unsigned_byte(0, 15), signed_byte(-15, 15);  // all sums are exact in f32
  std::vector<std::uint32_t> a(loop.factors * loop.lanes), b(loop.lanes), sums(loop.sums * loop.lanes);
  std::vector<int> rise(loop.lanes), start(sums.size());
  std::vector<std::vector<int>> right(loop.lanes, std::vector<int>(loop.group));
  for (std::size_t lane = 0; lane < loop.lanes; ++lane) {
    for (int& each : right[lane]) each = signed_byte(random);
    b[lane] = lane_of(precision, right[lane]);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::vector<int> left(loop.group);
    for (int& each : left) each = unsigned_byte(random);
    a[i] = lane_of(precision, left);
    const std::size_t lane = i % loop.lanes;
    for (std::size_t k = 0; k < loop.group; ++k) rise[lane] += left[k] * right[lane][k];
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
  EXPECT_EQ(loop.lanes, isa == Isa::avx2 ? 8U : 16U);
  EXPECT_EQ(loop.operations(), 2.0 * static_cast<double>(loop.lanes * loop.group * loop.sums * loop.factors));
  if (loop.instruction.find(',') == std::string_view::npos) {
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
