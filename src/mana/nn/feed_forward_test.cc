#include "mana/nn/feed_forward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/nn/test_layers.h"

namespace mana::nn {
namespace {

class FeedForwardTest : public testing::TestWithParam<Level> {
 protected:
  const kernels::Table& kernels = kernels::table(GetParam().first, GetParam().second);
};

// So many rows that they are done in several blocks have the bits of a few of them alone, wherever a block ends.
TEST_P(FeedForwardTest, RowsInBlocksByATeamHaveTheBitsOfRowsAlone) {
  constexpr std::size_t kModel = 3, kInner = 1030, kRows = 800, kFew = 21;
  const FeedForward feed_forward{random_linear(kernels, kInner, kModel, 1), random_linear(kernels, kModel, kInner, 3)};
  const std::vector<float> values = random_values(kRows * kModel, 5);
  Pool pool;
  Team team(2);
  const auto run = [&](std::size_t first, std::size_t count, Team* threads) {
    Tensor x = pool.tensor(count, kModel);
    std::copy_n(values.data() + first * kModel, count * kModel, x.data());
    const Tensor y = feed_forward({kernels, pool, threads}, x);
    return std::vector<float>(y.data(), y.data() + count * kModel);
  };
  const std::vector<float> together = run(0, kRows, nullptr);
  EXPECT_EQ(run(0, kRows, &team), together);
  for (std::size_t first = 0; first + kFew < kRows; first += 8 * kFew) {
    const auto begin = together.begin() + static_cast<std::ptrdiff_t>(first * kModel);
    ASSERT_EQ(run(first, kFew, nullptr), std::vector<float>(begin, begin + kFew * kModel)) << "rows from " << first;
  }
}

// Operands that stand together in tiles take no more of the cache than those that do not; integers stand beside what
// they are made of.
TEST_P(FeedForwardTest, DoesAsManyRowsAtOnceAsTheCacheHolds) {
  const std::size_t of_values = kernels.rounds() ? 1536 * 2 : 1536 * 4;
  const std::size_t of_integers = kernels.operands.layout.has_ranges() ? kernels.operands.layout.row_bytes(1536) : 0;
  const std::size_t rows = operations::feed_forward_rows(kernels, 1536), row = of_values + of_integers,
                    cache = 1536 * 1024;
  EXPECT_LE(rows * row, cache);
  EXPECT_GT((rows + 32) * row, cache);
  EXPECT_EQ(rows % 32, 0u);
}

INSTANTIATE_TEST_SUITE_P(Levels, FeedForwardTest, testing::ValuesIn(amx_emulator::tested_levels()),
                         [](const auto& level) {
                           return std::string(kernels::name_of(level.param.first)) + "_" +
                                  std::string(kernels::name_of(level.param.second));
                         });

}  // namespace
}  // namespace mana::nn
