#include "mana/operations/for_each.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mana::operations {
namespace {

using testing::Each;

TEST(ForEach, CallsOnceForEveryNumberAloneOrByATeam) {
  Team one(1), three(3);
  for (Team* team : {static_cast<Team*>(nullptr), &one, &three}) {
    for (const std::size_t count : {0UL, 1UL, 2UL, 3UL, 100UL}) {
      std::vector<int> calls(count, 0);
      for_each(team, count, [&](std::size_t i) { ++calls.at(i); });
      EXPECT_THAT(calls, Each(1)) << count;
    }
  }
}

}  // namespace
}  // namespace mana::operations
