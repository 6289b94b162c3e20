#include "mana/tensor/dtype.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <set>

namespace mana {
namespace {

constexpr DType kAll[] = {DType::f64, DType::f32, DType::f16, DType::bf16, DType::i64, DType::i32,    DType::i16,
                          DType::i8,  DType::u64, DType::u32, DType::u16,  DType::u8,  DType::boolean};

TEST(DType, SizesAndNames) {
  EXPECT_EQ(size_of(DType::f64), 8U);
  EXPECT_EQ(size_of(DType::u32), 4U);
  EXPECT_EQ(size_of(DType::bf16), 2U);
  EXPECT_EQ(size_of(DType::boolean), 1U);
  EXPECT_EQ(name_of(DType::boolean), "bool");
  std::set<std::string_view> names;
  for (const DType dtype : kAll) {
    names.insert(name_of(dtype));
    const std::string_view name = name_of(dtype);
    const std::size_t digits = name.find_first_of("0123456789");
    if (digits == std::string_view::npos) continue;
    EXPECT_EQ(std::stoul(std::string(name.substr(digits))), 8 * size_of(dtype)) << name;
  }
  EXPECT_EQ(names.size(), std::size(kAll));
}

/// Every half, against its definition: ±1.m × 2^(e−15), ±0.m × 2^−14 where e is 0.
TEST(DType, EveryHalfIsExact) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_to_float(static_cast<std::uint16_t>(bits));
    const int exponent = static_cast<int>(bits >> 10 & 31);
    const auto mantissa = static_cast<int>(bits & 1023);
    ASSERT_EQ(std::signbit(value), (bits & 0x8000) != 0) << bits;
    if (exponent == 31 && mantissa != 0) {
      ASSERT_TRUE(std::isnan(value)) << bits;
      continue;
    }
    const double size = exponent == 31  ? INFINITY
                        : exponent == 0 ? std::ldexp(mantissa, -24)
                                        : std::ldexp(1024 + mantissa, exponent - 25);
    ASSERT_EQ(std::fabs(static_cast<double>(value)), size) << bits;
  }
}

TEST(DType, RoundsToTheNearestHalf) {
  // Between each half and the next: below the middle down, above it up, at the middle to the even one. Beyond the
  // largest half stands infinity, where 2^16 would be.
  for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const auto lower = static_cast<std::uint16_t>(bits), upper = static_cast<std::uint16_t>(bits + 1);
    const float below = half_to_float(lower), above = upper == 0x7c00 ? 0x1p16f : half_to_float(upper);
    const float middle = (below + above) / 2;  // exact
    ASSERT_EQ(float_to_half(below), lower);
    ASSERT_EQ(float_to_half(std::nextafter(middle, 0.0f)), lower);
    ASSERT_EQ(float_to_half(middle), bits % 2 == 0 ? lower : upper);
    ASSERT_EQ(float_to_half(std::nextafter(middle, INFINITY)), upper);
    ASSERT_EQ(float_to_half(-below), lower | 0x8000);
    ASSERT_EQ(float_to_half(-middle), (bits % 2 == 0 ? lower : upper) | 0x8000);
  }
  EXPECT_EQ(float_to_half(0x1p16f), 0x7c00);
  EXPECT_EQ(float_to_half(-INFINITY), 0xfc00);
  EXPECT_EQ(float_to_half(3e38f), 0x7c00);
  EXPECT_EQ(float_to_half(std::bit_cast<float>(1U)), 0) << "the least float";
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(NAN))));
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::bit_cast<float>(0x7f800001U))))) << "its payload is cut off";
}

TEST(DType, BFloat16IsTheUpperHalfOfAFloat) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(bfloat16_to_float(static_cast<std::uint16_t>(bits))), bits << 16);
  }
  EXPECT_EQ(bfloat16_to_float(0x3fc0), 1.5F);
}

}  // namespace
}  // namespace mana
