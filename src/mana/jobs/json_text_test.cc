#include "mana/jobs/json_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

namespace mana::jobs {
namespace {

std::string number(float value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string string_of(std::string_view value) {
  std::string text;
  append_string(text, value);
  return text;
}

TEST(JsonText, NumbersReadBackAsTheSameBits) {
  std::uint32_t bits = 1;
  for (int i = 0; i < 100000; ++i) {
    bits = bits * 1664525U + 1013904223U;
    const auto value = std::bit_cast<float>(bits);
    if (!std::isfinite(value)) continue;
    const std::string text = number(value);
    float back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(back), bits) << text;
  }
}

TEST(JsonText, NumbersAreShort) {
  EXPECT_EQ(number(0.1F), "0.1");
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-0.0F), "-0");
  EXPECT_EQ(number(1e-20F), "1e-20");
}

TEST(JsonText, WhatIsNoNumberIsNull) {
  EXPECT_EQ(number(std::numeric_limits<float>::quiet_NaN()), "null");
  EXPECT_EQ(number(-std::numeric_limits<float>::infinity()), "null");
}

TEST(JsonText, StringsAreEscaped) {
  using namespace std::string_literals;
  EXPECT_EQ(string_of("a\"b\\c\n\t\x01"), "\"a\\\"b\\\\c\\n\\t\\u0001\"");
  EXPECT_EQ(string_of("\0"s), "\"\\u0000\"");
  EXPECT_EQ(string_of("معنا"), "\"معنا\"");
  EXPECT_EQ(string_of("a\xff z"), "\"a\xEF\xBF\xBD z\"");
}

TEST(JsonText, ANumberOfAnySizeHasItsShortestText) {
  EXPECT_EQ(shortest_text(2e-5), "2e-5");
  EXPECT_EQ(shortest_text(0.01), "0.01");
  EXPECT_EQ(shortest_text(0), "0");
  for (const double value : {1e-310, 4.9406564584124654e-324, -3e-320, 1.7976931348623157e308}) {
    EXPECT_EQ(std::strtod(shortest_text(value).c_str(), nullptr), value);
  }
}

}  // namespace
}  // namespace mana::jobs
