#include "mana/data/batch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace mana::data {
namespace {

/// Rows of two texts; text sums are given by `text`.
template <class Text>
RowFacts facts_of(std::size_t rows, const Text& text) {
  RowFacts facts;
  facts.rows = rows;
  facts.texts = 2;
  for (std::size_t row = 0; row < rows; ++row) {
    facts.tokens.push_back(static_cast<std::uint32_t>(5 + row * 7 % 40));
    for (std::size_t i = 0; i < 2; ++i) facts.sums.push_back(text(row, i));
  }
  return facts;
}
RowFacts distinct(std::size_t rows) {
  return facts_of(rows, [](std::size_t row, std::size_t i) { return 2 * row + i; });
}

std::vector<std::uint32_t> all_rows(const std::vector<PlannedBatch>& plan, std::uint32_t set = 0) {
  std::vector<std::uint32_t> rows;
  for (const PlannedBatch& batch : plan) {
    if (batch.set == set) rows.insert(rows.end(), batch.rows.begin(), batch.rows.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}
std::vector<std::uint32_t> up_to(std::uint32_t count) {
  std::vector<std::uint32_t> rows(count);
  for (std::uint32_t i = 0; i < count; ++i) rows[i] = i;
  return rows;
}

TEST(BatchPlan, EveryRowOnceAndAnotherOrderInEveryEpoch) {
  const RowFacts facts = distinct(100);
  const auto first = plan_epoch({&facts, 1}, {.batch = 32}, 1, 0),
             second = plan_epoch({&facts, 1}, {.batch = 32}, 1, 1);
  ASSERT_EQ(first.size(), 4);
  EXPECT_EQ(first[3].rows.size(), 4);
  EXPECT_EQ(all_rows(first), up_to(100));
  EXPECT_NE(first, second);
  EXPECT_EQ(first, plan_epoch({&facts, 1}, {.batch = 32}, 1, 0));
  EXPECT_NE(first, plan_epoch({&facts, 1}, {.batch = 32}, 2, 0));
}

TEST(BatchPlan, NoTextTwiceInABatch) {
  // Every text stands in several rows, on either side.
  const RowFacts facts = facts_of(200, [](std::size_t row, std::size_t i) { return (row * (3 + i)) % 67; });
  const auto plan = plan_epoch({&facts, 1}, {.batch = 16, .together = Together::no_text_twice}, 3, 0);
  EXPECT_EQ(all_rows(plan), up_to(200));
  for (const PlannedBatch& batch : plan) {
    EXPECT_LE(batch.rows.size(), 16);
    std::map<std::uint64_t, std::uint32_t> owner;
    for (const std::uint32_t row : batch.rows) {
      for (std::size_t i = 0; i < 2; ++i) {
        const auto [place, fresh] = owner.emplace(facts.sums[2 * row + i], row);
        EXPECT_EQ(place->second, row);
      }
    }
  }
}

TEST(BatchPlan, ClassesHaveMates) {
  RowFacts facts = distinct(101);
  for (std::int32_t row = 0; row < 101; ++row) facts.classes.push_back(row % 7);
  const auto plan = plan_epoch({&facts, 1}, {.batch = 10, .together = Together::class_mates}, 3, 0);
  std::size_t rows = 0;
  for (const PlannedBatch& batch : plan) {
    std::map<std::int32_t, int> members;
    for (const std::uint32_t row : batch.rows) ++members[facts.classes[row]];
    for (const auto& [name, count] : members) EXPECT_GE(count, 2);
    rows += batch.rows.size();
  }
  EXPECT_GE(rows, 101 - 7);
}

TEST(BatchPlan, TokensFillABudgetWithRowsOfSimilarLength) {
  const RowFacts facts = distinct(500);
  const auto plan = plan_epoch({&facts, 1}, {.batch = 32, .tokens = 200}, 3, 0);
  EXPECT_EQ(all_rows(plan), up_to(500));
  for (const PlannedBatch& batch : plan) {
    std::uint32_t sum = 0, least = 1000, most = 0;
    for (const std::uint32_t row : batch.rows) {
      sum += facts.tokens[row];
      least = std::min(least, facts.tokens[row]);
      most = std::max(most, facts.tokens[row]);
    }
    EXPECT_LE(sum, 200);
    EXPECT_LE(most - least, 4);
  }
}

TEST(BatchPlan, SetsInProportionOrInTurn) {
  const std::vector<RowFacts> sets = {distinct(90), distinct(30)};
  const auto all = plan_epoch(sets, {.batch = 10}, 1, 0);
  EXPECT_EQ(all.size(), 12);
  EXPECT_EQ(all_rows(all, 0), up_to(90));
  EXPECT_EQ(all_rows(all, 1), up_to(30));
  const auto turns = plan_epoch(sets, {.batch = 10, .mixing = Mixing::round_robin}, 1, 0);
  ASSERT_EQ(turns.size(), 6);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(turns[i].set, i % 2);
}

TEST(BatchPlan, SmallBatchesAreLeftOutIfAsked) {
  const RowFacts facts = distinct(33);
  EXPECT_EQ(plan_epoch({&facts, 1}, {.batch = 32, .least_rows = 2}, 1, 0).size(), 1);
  EXPECT_TRUE(plan_epoch({}, {}, 1, 0).empty());
}

}  // namespace
}  // namespace mana::data
