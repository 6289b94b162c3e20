// The softmax over a vocabulary, block by block, at every level against its definition in double.
#include "mana/kernels/cross_entropy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mana/kernels/gradients.h"
#include "mana/kernels/test_values.h"

namespace mana::kernels {
namespace {

class CrossEntropyKernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const GradientTable& kernels = gradient_table(GetParam());

  /// The sums of one row, in blocks of `block` columns.
  LogitSums sums_of(const std::vector<float>& logits, std::size_t block) const {
    LogitSums sums;
    for (std::size_t first = 0; first < logits.size(); first += block) {
      const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(first);
      const std::size_t columns = std::min(block, logits.size() - first);
      Shifted part({begin, begin + static_cast<std::ptrdiff_t>(columns)}, first % 16);
      kernels.logit_sums({part.data(), 1, columns, &sums});
    }
    return sums;
  }
};

double log_sum_of(const std::vector<float>& logits) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum);
}

TEST_P(CrossEntropyKernelsTest, SumsInBlocksAreThoseOfTheWholeRow) {
  for (const float spread : {0.01f, 1.0f, 20.0f, 1e4f}) {
    for (const std::size_t columns : {1UL, 15UL, 16UL, 17UL, 33UL, 1000UL}) {
      const auto logits = random_values(columns, static_cast<unsigned>(columns), spread);
      double total = 0, sizes = 0;
      for (const float logit : logits) {
        total += logit;
        sizes += std::abs(logit);
      }
      for (const std::size_t block : {1UL, 7UL, 16UL, 31UL, 1000UL}) {
        const LogitSums sums = sums_of(logits, block);
        EXPECT_EQ(sums.largest, *std::ranges::max_element(logits));
        EXPECT_NEAR(sums.log_sum(), log_sum_of(logits), 1e-6 * std::max(1.0, double{spread}))
            << columns << " " << block;
        EXPECT_NEAR(sums.total, total, 1e-6 * sizes);
      }
    }
  }
}

TEST_P(CrossEntropyKernelsTest, GradientsFollowTheirDefinition) {
  for (const std::size_t columns : {1UL, 15UL, 16UL, 17UL, 33UL, 200UL}) {
    for (const float smoothing : {0.0f, 0.1f}) {
      const std::size_t rows = 3, first = 40, classes = 300;
      const std::vector<std::uint32_t> own = {39, 40, static_cast<std::uint32_t>(first + columns - 1)};
      const std::vector<float> scales = {0.5f, -2.0f, 1.0f};
      const auto logits = random_values(rows * columns, 1, 3.0f);
      std::vector<LogitSums> sums(rows);
      kernels.logit_sums({logits.data(), rows, columns, sums.data()});
      Shifted gradient(logits, columns % 16);
      kernels.cross_entropy_gradient(
          {gradient.data(), rows, columns, first, sums.data(), own.data(), scales.data(), smoothing, classes});
      for (std::size_t row = 0; row < rows; ++row) {
        const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(row * columns);
        const double log_sum = log_sum_of({begin, begin + static_cast<std::ptrdiff_t>(columns)});
        for (std::size_t k = 0; k < columns; ++k) {
          const double held = first + k == own[row] ? 1 - smoothing : 0;
          const double expected =
              scales[row] * (std::exp(logits[row * columns + k] - log_sum) - held - smoothing / double{classes});
          ASSERT_NEAR(gradient.data()[row * columns + k], expected, 1e-6) << row << " " << k << " of " << columns;
        }
      }
      EXPECT_TRUE(gradient.guarded());
    }
  }
}

TEST_P(CrossEntropyKernelsTest, ExtremeLogitsStayFiniteAndNoNumberIsSeen) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), huge = 3e38f;
  std::vector<float> logits = {-huge, 0, huge, -1e30f, -120, 5};
  const LogitSums sums = sums_of(logits, 2);
  EXPECT_EQ(sums.log_sum(), double{huge});
  const std::uint32_t own = 0;
  const float scale = 1;
  kernels.cross_entropy_gradient({logits.data(), 1, 6, 0, &sums, &own, &scale, 0.0f, 6});
  EXPECT_EQ(logits, (std::vector<float>{-1, 0, 1, 0, 0, 0}));
  for (const std::size_t block : {1UL, 2UL, 5UL}) {
    EXPECT_TRUE(std::isnan(sums_of({1, 2, nan, 3, 4}, block).log_sum())) << block;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, CrossEntropyKernelsTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

}  // namespace
}  // namespace mana::kernels
