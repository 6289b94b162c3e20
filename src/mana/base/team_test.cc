#include "mana/base/team.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>

#include "mana/base/errors.h"
#include "tests/support/sanitized.h"

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

TEST(Team, KeepsNothingOfACallThatFailed) {
  Team team(4);
  for (int round = 0; round < 100; ++round) {
    EXPECT_THAT([&] { team.run([](unsigned index) { throw std::runtime_error(std::to_string(index)); }); },
                testing::ThrowsMessage<std::runtime_error>(testing::StrEq("0")));
    std::atomic<unsigned> done = 0;
    EXPECT_NO_THROW(team.run([&](unsigned) { ++done; }));
    EXPECT_EQ(done, 4U);
  }
}

TEST(Team, HandsOnThatMemoryRanOut) {
  Team team(3);
  EXPECT_THROW(team.run([](unsigned index) {
    if (index == 2) throw std::bad_alloc();
  }),
               std::bad_alloc);
}

/// The address space of this process, bounded as long as it lives.
class BoundedMemory {
 public:
  explicit BoundedMemory(rlim_t more) {
    std::ifstream("/proc/self/statm") >> pages_;
    ::getrlimit(RLIMIT_AS, &before_);
    const rlimit bounded{pages_ * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + more, before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &bounded);
  }
  ~BoundedMemory() { ::setrlimit(RLIMIT_AS, &before_); }
  BoundedMemory(const BoundedMemory&) = delete;
  BoundedMemory& operator=(const BoundedMemory&) = delete;

 private:
  rlim_t pages_ = 0;
  rlimit before_{};
};

TEST(Team, OfMoreThreadsThanCanBeStartedIsRefusedAndLeavesNone) {
  if (kSanitized) GTEST_SKIP() << "sanitizers map more address space than can be bounded";
  const auto threads = [] {
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return std::distance(begin(tasks), end(tasks));
  };
  const auto before = threads();
  {
    const BoundedMemory memory(rlim_t{64} << 20);  // a thread's stack mostly takes 8 MB of it
    EXPECT_THAT([] { Team team(1000); }, testing::ThrowsMessage<ArgumentError>(testing::HasSubstr("ask for fewer")));
  }
  EXPECT_EQ(threads(), before);
  EXPECT_EQ(Team(2).size(), 2U);
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
