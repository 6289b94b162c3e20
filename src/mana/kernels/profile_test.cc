#include "mana/kernels/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace mana::kernels {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Field;

TEST(Profile, AddsUpByOperationInOrder) {
  Profile profile;
  profile.add("linear 2 -> 3", 0.5, 12);
  profile.add("attention", 0.25, 4);
  profile.add("linear 2 -> 3", 0.25, 6);
  const std::vector<Profile::Entry> entries = profile.entries();
  ASSERT_EQ(entries.size(), 2);
  EXPECT_EQ(entries[0].operation, "linear 2 -> 3");
  EXPECT_EQ(entries[0].calls, 2);
  EXPECT_DOUBLE_EQ(entries[0].seconds, 0.75);
  EXPECT_DOUBLE_EQ(entries[0].arithmetic, 18);
  EXPECT_EQ(entries[1].operation, "attention");
  profile.clear();
  EXPECT_TRUE(profile.entries().empty());
}

TEST(Profile, ATimerMeasuresItsScopeForEachThread) {
  Profile profile;
  {
    const Profile::Timer timer(&profile, 2, "linear", 2, 3, 12);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ASSERT_EQ(profile.entries().size(), 1);
  EXPECT_EQ(profile.entries()[0].operation, "linear 2 -> 3");
  EXPECT_GE(profile.entries()[0].seconds, 0.004);
  const Profile::Timer nowhere(nullptr, 2, "linear", 2, 3, 12);
}

TEST(Profile, ParallelTimersLoseNothing) {
  Profile profile;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) profile.add("norm", 1, 2);
      });
    }
  }
  EXPECT_THAT(profile.entries(), ElementsAre(Field(&Profile::Entry::arithmetic, DoubleEq(4000))));
}

}  // namespace
}  // namespace mana::kernels
