#include "mana/engine/batches.h"

#include <gtest/gtest.h>

namespace mana::engine {
namespace {

class PlanBatches : public testing::Test {
 protected:
  /// A piece for each length, from consecutive texts.
  std::vector<Piece> pieces(std::initializer_list<std::size_t> lengths) {
    std::vector<Piece> made;
    for (const std::size_t length : lengths) {
      made.push_back({static_cast<std::uint32_t>(made.size()), std::span(ids).first(length)});
    }
    return made;
  }

  std::vector<std::int32_t> ids = std::vector<std::int32_t>(100);
};

TEST_F(PlanBatches, PutsTheLongestFirstAndKeepsEqualOnesInOrder) {
  std::vector<Piece> all = pieces({3, 9, 3, 5, 9});
  plan_batches(all, 1000);
  const std::uint32_t expected[] = {1, 4, 3, 0, 2};
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].text, expected[i]);
}

TEST_F(PlanBatches, KeepsToTheBudgetAndLeavesNothingOut) {
  std::vector<Piece> all = pieces({10, 20, 30, 4, 4, 4, 4, 50});
  const std::vector<Batch> batches = plan_batches(all, 32);
  std::size_t next = 0;
  for (const Batch& batch : batches) {
    EXPECT_EQ(batch.begin, next);
    std::size_t tokens = 0;
    for (std::size_t i = batch.begin; i < batch.end; ++i) tokens += all[i].ids.size();
    EXPECT_TRUE(tokens <= 32 || batch.end == batch.begin + 1);
    next = batch.end;
  }
  EXPECT_EQ(next, all.size());
}

TEST_F(PlanBatches, TakesNoPieces) {
  std::vector<Piece> none;
  EXPECT_TRUE(plan_batches(none, 32).empty());
}

}  // namespace
}  // namespace mana::engine
