#include "mana/data/batch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "mana/base/random.h"
#include "mana/data/distinct_batches.h"

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

/// The definition: each batch takes, in order, every row that has no text in common with those it has.
std::vector<std::vector<std::uint32_t>> plain_cut(std::vector<std::uint32_t> rows, const RowFacts& facts,
                                                  std::size_t batch) {
  std::vector<std::vector<std::uint32_t>> batches;
  while (!rows.empty()) {
    std::vector<std::uint32_t> taken, later;
    std::set<std::uint64_t> texts;
    for (const std::uint32_t row : rows) {
      const auto own = std::span(facts.sums).subspan(row * facts.texts, facts.texts);
      const bool seen = std::ranges::any_of(own, [&](std::uint64_t text) { return texts.contains(text); });
      const bool takes = !seen && taken.size() < batch;
      (takes ? taken : later).push_back(row);
      if (takes) texts.insert(own.begin(), own.end());
    }
    batches.push_back(taken);
    rows = later;
  }
  return batches;
}

TEST(BatchPlan, DistinctBatchesAreThoseOfTheirDefinition) {
  Random random(5);
  for (const std::size_t rows : {1, 2, 7, 60, 300}) {
    for (const std::uint64_t kinds : {1, 2, 5, 40, 1000}) {
      const RowFacts facts = facts_of(rows, [&](std::size_t, std::size_t i) {
        return random.below(kinds) + (i == 0 && kinds % 2 == 0 ? 10000 : 0);  // on either side the same, or not
      });
      std::vector<std::uint32_t> order = up_to(static_cast<std::uint32_t>(rows));
      random.shuffle(order);
      for (const std::size_t batch : {1, 2, 8, 64}) {
        EXPECT_EQ(cut_without_duplicates(order, facts, batch, 0), plain_cut(order, facts, batch))
            << rows << " rows, " << kinds << " texts, batches of " << batch;
      }
    }
  }
}

TEST(BatchPlan, RowsThatShareFewTextsTakeNoLongerThanOthers) {
  // Row by row this would be some 10^9 looks at rows that wait.
  constexpr std::size_t kRows = 60000;
  const RowFacts facts = facts_of(kRows, [](std::size_t row, std::size_t i) { return i == 0 ? row + 2 : row % 2; });
  const auto plan = plan_epoch({&facts, 1}, {.batch = 8, .together = Together::no_text_twice}, 1, 0);
  EXPECT_EQ(plan.size(), kRows / 2);
  EXPECT_EQ(all_rows(plan), up_to(kRows));
}

TEST(BatchPlan, TokensBoundBatchesOfEveryKind) {
  RowFacts facts = distinct(500);
  for (std::int32_t row = 0; row < 500; ++row) facts.classes.push_back(row % 7);
  for (const Together together : {Together::any, Together::no_text_twice, Together::class_mates}) {
    const auto plan = plan_epoch({&facts, 1}, {.batch = 32, .tokens = 200, .together = together}, 3, 0);
    // Of each class a row may be without a mate, and a batch of one class alone is left out.
    EXPECT_GE(all_rows(plan).size(), together == Together::class_mates ? 480U : 500U);
    std::size_t most = 0;
    for (const PlannedBatch& batch : plan) {
      std::size_t sum = 0;
      for (const std::uint32_t row : batch.rows) sum += facts.tokens[row];
      EXPECT_LE(sum, 200U);
      most = std::max(most, sum);
    }
    EXPECT_GT(most, 150U);
  }
  // What cannot be parted is a batch of its own.
  for (const auto& [together, rows] : {std::pair(Together::no_text_twice, 1), std::pair(Together::class_mates, 2)}) {
    for (const PlannedBatch& batch : plan_epoch({&facts, 1}, {.batch = 32, .tokens = 1, .together = together}, 3, 0)) {
      EXPECT_EQ(batch.rows.size(), static_cast<std::size_t>(rows));
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

TEST(BatchPlan, LeavesOutBatchesOfOneClass) {
  RowFacts facts = distinct(40);
  for (std::int32_t row = 0; row < 40; ++row) facts.classes.push_back(row < 38 ? 0 : 1);  // two rows stand apart
  const auto plan = plan_epoch({&facts, 1}, {.batch = 8, .together = Together::class_mates}, 3, 0);
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_EQ(std::ranges::count_if(plan[0].rows, [](std::uint32_t row) { return row >= 38; }), 2);
}

}  // namespace
}  // namespace mana::data
