#include "mana/engine/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "mana/base/errors.h"

namespace mana::engine {
namespace {

class ExecutorTest : public testing::Test {
 protected:
  void wait_for_callers(std::size_t callers) const {
    while (executor_.callers() != callers) std::this_thread::yield();
  }

  Executor executor_{kernels::table(kernels::Isa::portable), 3, nullptr};
};

TEST_F(ExecutorTest, ThreadsHaveTheirTurnsInTheOrderInWhichTheyCame) {
  std::vector<int> order;
  std::vector<std::thread> callers;
  {
    const Executor::Turn turn(executor_, {});
    for (int caller = 0; caller < 4; ++caller) {
      callers.emplace_back([&, caller] {
        const Executor::Turn own(executor_, {});
        order.push_back(caller);
      });
      wait_for_callers(static_cast<std::size_t>(caller) + 2);
    }
    EXPECT_TRUE(order.empty());
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(ExecutorTest, AThreadThatIsCancelledLeavesTheLine) {
  std::stop_source stop;
  std::atomic<bool> cancelled = false, had_its_turn = false;
  std::thread impatient, patient;
  {
    const Executor::Turn turn(executor_, {});
    impatient = std::thread([&] {
      try {
        const Executor::Turn own(executor_, stop.get_token());
      } catch (const Cancelled&) {
        cancelled = true;
      }
    });
    wait_for_callers(2);
    patient = std::thread([&] {
      const Executor::Turn own(executor_, {});
      had_its_turn = true;
    });
    wait_for_callers(3);
    stop.request_stop();
    impatient.join();
    EXPECT_TRUE(cancelled);
    EXPECT_FALSE(had_its_turn);
  }
  patient.join();
  EXPECT_TRUE(had_its_turn);
  EXPECT_EQ(executor_.callers(), 0U);
}

TEST_F(ExecutorTest, ThreadsNeverHaveTheTurnTogether) {
  int inside = 0, turns = 0;  // no atomics: the turn is what guards them
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const Executor::Turn turn(executor_, {});
        EXPECT_EQ(++inside, 1);
        ++turns;
        --inside;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(turns, 800);
}

TEST_F(ExecutorTest, EachBatchIsRunOnceByOneThreadOrByAll) {
  for (const std::size_t count : {0, 1, 2, 3, 50}) {
    std::vector<Batch> batches(count);
    for (std::size_t i = 0; i < count; ++i) batches[i] = {i, i + 1};
    std::vector<std::atomic<int>> runs(count);
    std::atomic<int> with_team = 0;
    Executor::Turn(executor_, {}).run(batches, [&](const kernels::Run& run, const Batch& batch) {
      ++runs[batch.begin];
      if (run.team != nullptr) ++with_team;
    });
    for (const std::atomic<int>& each : runs) EXPECT_EQ(each, 1);
    EXPECT_EQ(with_team, count < executor_.threads() ? count : 0);
  }
}

TEST_F(ExecutorTest, OfWorkThatFailedNothingIsLeftForTheNextThread) {
  const std::vector<Batch> batches(20);
  const auto fail = [&] {
    Executor::Turn(executor_, {}).run(batches, [](const kernels::Run&, const Batch&) { throw std::runtime_error(""); });
  };
  EXPECT_THROW(fail(), std::runtime_error);
  std::atomic<int> runs = 0;
  Executor::Turn(executor_, {}).run(batches, [&](const kernels::Run&, const Batch&) { ++runs; });
  EXPECT_EQ(runs, 20);
}

}  // namespace
}  // namespace mana::engine
