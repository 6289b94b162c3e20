// Operands of rows, wherever they are made.
#include "mana/kernels/operands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "amx_emulator/levels.h"
#include "mana/kernels/reference/quantise.h"
#include "mana/kernels/test_operands.h"
#include "mana/kernels/test_values.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

TEST(OperandLayout, GivesEveryLineAPlaceOfItsOwn) {
  for (const OperandLayout::Element element : {OperandLayout::Element::bf16, OperandLayout::Element::u8}) {
    for (const std::size_t together : {1, 16}) {
      const OperandLayout layout{element, together};
      for (const std::size_t columns : {1, 32, 65}) {
        constexpr std::size_t kRows = 19;
        std::set<std::size_t> places;
        for (std::size_t row = 0; row < kRows; ++row) {
          for (std::size_t line = 0; line < layout.lines(columns); ++line) {
            places.insert(line_offset(row, line, layout.lines(columns), together));
          }
        }
        EXPECT_EQ(places.size(), kRows * layout.lines(columns));
        EXPECT_LE(*places.rbegin() + OperandLayout::kLineBytes, layout.bytes(kRows, columns));
      }
    }
  }
}

class OperandsTest : public testing::TestWithParam<std::pair<Isa, Precision>> {
 protected:
  /// Against what x is quantised to by definition.
  void check_integers(const std::byte* found, const std::vector<float>& x, std::size_t rows, std::size_t columns) {
    const OperandLayout& layout = kernels.operands.layout;
    const std::size_t lines = layout.lines(columns), in_line = layout.elements_in_line(), size = 64 / in_line;
    for (std::size_t row = 0; row < rows; ++row) {
      const RowRange range = reference::row_range(x.data() + row * columns, columns);
      const auto* kept = found + line_offset(row, lines - 1, lines, layout.rows_together);
      ASSERT_EQ(std::memcmp(kept, &range, sizeof range), 0) << columns << " columns";
      for (std::size_t i = 0; i < columns; ++i) {
        const auto* line = found + line_offset(row, i / in_line, lines, layout.rows_together);
        ASSERT_EQ(std::to_integer<int>(line[i % in_line * size]), reference::quantised(x[row * columns + i], range));
      }
    }
  }

  const Table& kernels = table(GetParam().first, GetParam().second);
};

TEST_P(OperandsTest, AreTheRoundedOrQuantisedValues) {
  const OperandLayout& layout = kernels.operands.layout;
  if (!layout.exists()) return;
  for (std::size_t columns = 1; columns <= 100; ++columns) {
    const std::size_t rows = 18;
    auto x = random_values(rows * columns, 1, 3.0f);
    // A range that is small beside what it begins with: levels come out below 0 and above 255 before they are clamped.
    for (std::size_t i = 0; i < columns; ++i) x[i] = 1e6f + 0.0625f * static_cast<float>(i % 5);
    const Buffer<std::byte> found = operands_of(kernels.operands, x.data(), rows, columns);
    if (layout.has_ranges()) {
      check_integers(found.data(), x, rows, columns);
    } else {
      EXPECT_EQ(values_of(layout, found.data(), rows, columns), rounded_to_bf16(x));
    }
  }
}

TEST_P(OperandsTest, OfRoundedValuesAreThoseOfTheValues) {
  if (kernels.operands.make_of_rounded == nullptr) return;
  for (std::size_t columns = 1; columns <= 200; ++columns) {
    const std::size_t rows = 19;
    std::vector<float> x = rounded_to_bf16(random_values(rows * columns, 1, 3.0f));
    std::fill_n(x.begin(), columns, -1.5f);  // a row without a range
    const Buffer<std::byte> rounded = operands_of(kernels.rounded, x.data(), rows, columns);
    Buffer<std::byte> found(kernels.operands.layout.bytes(rows, columns));
    for (const std::size_t first : {0, 5}) {  // by two threads
      kernels.operands.make_of_rounded({.x = nullptr,
                                        .rows = first == 0 ? 5 : rows - first,
                                        .columns = columns,
                                        .to = {found.data(), first},
                                        .rounded = rounded.data()});
    }
    check_integers(found.data(), x, rows, columns);
  }
}

TEST_P(OperandsTest, OfARoundedRowWithoutAFiniteRangeHaveNone) {
  if (kernels.operands.make_of_rounded == nullptr) return;
  constexpr std::size_t kColumns = 70;
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    for (const std::size_t place : {0, 33, 69}) {
      std::vector<float> x = random_values(kColumns, 1);
      x[place] = wrong;
      const Buffer<std::byte> rounded = operands_of(kernels.rounded, x.data(), 1, kColumns);
      Buffer<std::byte> found(kernels.operands.layout.bytes(1, kColumns));
      kernels.operands.make_of_rounded({nullptr, 1, kColumns, {found.data(), 0}, rounded.data()});
      RowRange range;
      std::memcpy(&range, found.data() + line_offset(0, 2, 3, kernels.operands.layout.rows_together), sizeof range);
      EXPECT_FALSE(std::isfinite(range.step)) << wrong << " at " << place;
    }
  }
}

TEST_P(OperandsTest, OfANormAreThoseOfItsValues) {
  if (!kernels.operands.exists()) return;
  for (std::size_t width = 1; width <= 100; width += kSanitized ? 7 : 1) {
    const std::size_t rows = 19;
    const auto x = random_values(rows * width, 1, 3.0f), gamma = random_values(width, 3),
               beta = random_values(width, 4);
    std::vector<float> z(x.size());
    Buffer<std::byte> found(kernels.operands.layout.bytes(rows, width));
    for (const std::size_t first : {0, 5}) {  // by two threads
      const std::size_t last = first == 0 ? 5 : rows;
      kernels.add_norm({x.data() + first * width,
                        nullptr,
                        last - first,
                        width,
                        gamma.data(),
                        beta.data(),
                        1e-5f,
                        z.data() + first * width,
                        {found.data(), first}});
    }
    const Buffer<std::byte> expected = operands_of(kernels.operands, z.data(), rows, width);
    ASSERT_TRUE(std::equal(found.data(), found.data() + found.size(), expected.data())) << "width " << width;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, OperandsTest, testing::ValuesIn(amx_emulator::tested_levels()), [](const auto& level) {
  return std::string(name_of(level.param.first)) + "_" + std::string(name_of(level.param.second));
});

}  // namespace
}  // namespace mana::kernels
