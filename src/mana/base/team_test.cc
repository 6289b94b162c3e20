#include "mana/base/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>

namespace mana {
namespace {

TEST(Team, EveryThreadWorksOnceAndTheResultIsThereAtTheEnd) {
  for (const unsigned size : {0U, 1U, 2U, 5U}) {
    Team team(size);
    ASSERT_EQ(team.size(), std::max(size, 1U));
    std::vector<int> counts(team.size());
    for (int round = 0; round < 1000; ++round) team.run([&](unsigned index) { ++counts[index]; });
    EXPECT_EQ(counts, std::vector<int>(team.size(), 1000));
  }
}

TEST(Team, WakesAfterASleep) {
  Team team(3);
  std::atomic<int> count = 0;
  for (int round = 0; round < 3; ++round) {
    team.run([&](unsigned) { ++count; });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(count, 9);
}

TEST(Team, HandsOnAnExceptionAndGoesOn) {
  Team team(2);
  for (const unsigned thrower : {0U, 1U}) {
    EXPECT_THROW(team.run([&](unsigned index) {
      if (index == thrower) throw std::runtime_error("no");
    }),
                 std::runtime_error);
  }
  std::atomic<unsigned> done = 0;
  team.run([&](unsigned index) { done += index + 1; });
  EXPECT_EQ(done, 3U);
}

TEST(Team, PartsCoverTheWholeEvenly) {
  for (std::size_t count = 0; count < 20; ++count) {
    std::size_t next = 0;
    for (unsigned index = 0; index < 7; ++index) {
      const Part part = part_of(count, index, 7);
      EXPECT_EQ(part.begin, next);
      EXPECT_LE(part.end - part.begin, count / 7 + 1);
      next = part.end;
    }
    EXPECT_EQ(next, count);
  }
}

}  // namespace
}  // namespace mana
