// Factors of rows, wherever they are made.
#include "mana/kernels/factors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "amx_emulator/levels.h"
#include "mana/kernels/reference/quantise.h"
#include "mana/kernels/test_factors.h"
#include "mana/kernels/test_values.h"

namespace mana::kernels {
namespace {

TEST(FactorLayout, GivesEveryLineAPlaceOfItsOwn) {
  for (const FactorLayout::Element element : {FactorLayout::Element::bf16, FactorLayout::Element::u8}) {
    for (const std::size_t together : {1, 16}) {
      const FactorLayout layout{element, together};
      for (const std::size_t columns : {1, 32, 65}) {
        constexpr std::size_t kRows = 19;
        std::set<std::size_t> places;
        for (std::size_t row = 0; row < kRows; ++row) {
          for (std::size_t line = 0; line < layout.lines(columns); ++line) {
            places.insert(line_offset(row, line, layout.lines(columns), together));
          }
        }
        EXPECT_EQ(places.size(), kRows * layout.lines(columns));
        EXPECT_LE(*places.rbegin() + FactorLayout::kLineBytes, layout.bytes(kRows, columns));
      }
    }
  }
}

class FactorsTest : public testing::TestWithParam<std::pair<Isa, Precision>> {
 protected:
  const Table& kernels = table(GetParam().first, GetParam().second);
};

TEST_P(FactorsTest, AreTheRoundedOrQuantisedValues) {
  const FactorLayout& layout = kernels.factors.layout;
  if (!layout.exists()) return;
  for (std::size_t columns = 1; columns <= 100; ++columns) {
    const std::size_t rows = 18, lines = layout.lines(columns);
    const auto x = random_values(rows * columns, 1, 3.0f);
    const Buffer<std::byte> found = factors_of(kernels.factors, x.data(), rows, columns);
    if (!layout.has_ranges()) {
      EXPECT_EQ(values_of(layout, found.data(), rows, columns), rounded_to_bf16(x));
      continue;
    }
    for (std::size_t row = 0; row < rows; ++row) {
      const RowRange range = reference::row_range(x.data() + row * columns, columns);
      const auto* kept = found.data() + line_offset(row, lines - 1, lines, layout.rows_together);
      ASSERT_EQ(std::memcmp(kept, &range, sizeof range), 0);
      const std::size_t in_line = layout.elements_in_line(), size = 64 / in_line;
      for (std::size_t i = 0; i < columns; ++i) {
        const auto* line = found.data() + line_offset(row, i / in_line, lines, layout.rows_together);
        ASSERT_EQ(std::to_integer<int>(line[i % in_line * size]), reference::quantised(x[row * columns + i], range));
      }
    }
  }
}

TEST_P(FactorsTest, OfANormAreThoseOfItsValues) {
  if (!kernels.factors.exists()) return;
  for (std::size_t width = 1; width <= 100; width += kReduced ? 7 : 1) {
    const std::size_t rows = 19;
    const auto x = random_values(rows * width, 1, 3.0f), gamma = random_values(width, 3),
               beta = random_values(width, 4);
    std::vector<float> z(x.size());
    Buffer<std::byte> found(kernels.factors.layout.bytes(rows, width));
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
    const Buffer<std::byte> expected = factors_of(kernels.factors, z.data(), rows, width);
    ASSERT_TRUE(std::equal(found.data(), found.data() + found.size(), expected.data())) << "width " << width;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, FactorsTest, testing::ValuesIn(amx_emulator::tested_levels()), [](const auto& level) {
  return std::string(name_of(level.param.first)) + "_" + std::string(name_of(level.param.second));
});

}  // namespace
}  // namespace mana::kernels
