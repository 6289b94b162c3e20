// The loop trains what it knows as a Task alone: a small language model goes through all that sentence encoders do.
#include "mana/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "mana/autograd/gradient_check.h"
#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/small_language.h"
#include "mana/train/training_run.h"

namespace mana::train {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TrainerOptions options(std::uint64_t steps) { return {.max_steps = steps, .rate = 0.05, .warmup = 0}; }

/// An update that is the gradient.
TrainerOptions plain(std::uint64_t steps) {
  TrainerOptions plain = options(steps);
  plain.rule = Sgd{.momentum = 0};
  plain.schedule = ScheduleShape::constant;
  plain.rate = 1;
  plain.clip = 0;
  return plain;
}

struct Trained {
  std::vector<float> weights;
  std::vector<double> losses;  // of each step
};

Trained train(const SmallLanguage::Choice& choice, const TrainerOptions& options) {
  SmallLanguage task(choice);
  Trainer trainer(task, options);
  Trained result;
  while (!trainer.done()) result.losses.push_back(trainer.step().loss);
  trainer.settle();
  result.weights = task.weights();
  return result;
}

TEST(Trainer, TrainsAnyTask) {
  for (const bool tied : {false, true}) {
    SmallLanguage task({.tied = tied, .sparse = !tied});
    const double before = task.whole_loss();
    Trainer trainer(task, options(60));
    while (!trainer.done()) trainer.step();
    trainer.settle();
    // Tied, P(w | v) is nearly as P(v | w): the language can be learned less well.
    EXPECT_LT(task.whole_loss(), (tied ? 0.75 : 0.6) * before) << (tied ? "tied" : "two tables");
  }
}

TEST(Trainer, CountsStepsByTheTasksBatches) {
  SmallLanguage task({.batch = 4});
  TrainerOptions wanted = options(0);
  wanted.epochs = 3;
  wanted.accumulate = 2;
  Trainer trainer(task, wanted);
  EXPECT_EQ(trainer.steps_of_an_epoch(), 3U);  // of 2, 2 and 1 batch
  EXPECT_EQ(trainer.total_steps(), 9U);
  EXPECT_EQ(trainer.step().rows, 8U);
  EXPECT_EQ(trainer.step().rows, 8U);
  EXPECT_EQ(trainer.step().rows, 4U);
}

TEST(Trainer, WeighsAccumulatedBatchesByWhatTheirLossCounts) {
  // An epoch is one step, in one batch or in five of unlike numbers of words.
  const Trained whole = train({.batch = SmallLanguage::kSentences}, plain(3));
  TrainerOptions wanted = plain(3);
  wanted.accumulate = 5;
  const Trained parts = train({.batch = SmallLanguage::kSentences / 5}, wanted);
  for (std::size_t i = 0; i < whole.losses.size(); ++i) EXPECT_NEAR(parts.losses[i], whole.losses[i], 1e-6);
  EXPECT_LE(autograd::relative_difference(parts.weights, whole.weights), 1e-6);
}

TEST(Trainer, GivesTheSameBitsWithAnyNumberOfThreads) {
  TrainerOptions wanted = options(7);
  const Trained one = train({}, wanted);
  wanted.threads = 3;
  EXPECT_EQ(train({}, wanted).weights, one.weights);
}

TEST(Trainer, RowsThatAStepDoesNotReadAreCaughtUpLater) {
  const Trained sparse = train({.batch = 2, .sparse = true}, options(25));
  const Trained dense = train({.batch = 2, .sparse = false}, options(25));
  EXPECT_EQ(sparse.losses, dense.losses);
  EXPECT_EQ(sparse.weights, dense.weights);
}

/// A step at the rate 1 takes the gradient off the weights: of a tied table that of both its uses.
TEST(Trainer, ATiedTableLearnsFromBothItsUses) {
  const SmallLanguage::Choice choice{.batch = SmallLanguage::kSentences, .tied = true, .sparse = false};
  const std::vector<float> after = train(choice, plain(1)).weights;
  SmallLanguage task(choice);
  const std::vector<float> before = task.weights();
  std::size_t at = 0;
  for (const autograd::Parameter* parameter : {task.parameters().data(), task.head().data()}) {
    for (float& value : parameter->values) {
      constexpr float kStep = 1e-2f;
      const float kept = value;
      value = kept + kStep;
      const double above = task.whole_loss();
      value = kept - kStep;
      const double below = task.whole_loss();
      value = kept;
      EXPECT_NEAR(before[at] - after[at], (above - below) / (2 * kStep), 1e-3) << parameter->name << ", weight " << at;
      ++at;
    }
  }
}

TEST(Trainer, ATiedTableThatIsSparseWouldLoseGradientsAndIsRefused) {
  SmallLanguage task({.tied = true, .sparse = true});
  Trainer trainer(task, options(3));
  EXPECT_THAT([&] { trainer.step(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("the gradient of 'embedding'"), HasSubstr("must not be sparse"))));
}

TEST(Trainer, AveragesTheModelButNotTheHead) {
  SmallLanguage task({});
  TrainerOptions wanted = options(4);
  wanted.average = 0.9;
  Trainer trainer(task, wanted);
  while (!trainer.done()) trainer.step();
  const auto values = [](std::span<const autograd::Parameter> parameters) {
    const std::span<const float> all = parameters[0].values;
    return std::vector<float>(all.begin(), all.end());
  };
  const std::vector<float> model = values(task.parameters()), head = values(task.head());
  trainer.settle();
  EXPECT_NE(values(task.parameters()), model);
  EXPECT_EQ(values(task.head()), head);
}

TEST(Trainer, AStepAtTheRateZeroIsNone) {
  SmallLanguage task({});
  TrainerOptions wanted{.max_steps = 1};  // warm-up 0.1 of one step
  EXPECT_GT(Trainer(task, wanted).schedule()(0), 0);
  wanted.warmup = 1;
  EXPECT_THAT([&] { Trainer(task, wanted); },
              ThrowsMessage<ArgumentError>(HasSubstr("the one step of this run would have the learning rate 0")));
}

TEST(Trainer, SaysInTheTasksWordsWhereTheLossIsNoNumber) {
  SmallLanguage task({.batch = 20});
  for (float& value : task.head()[0].values) value = std::numeric_limits<float>::infinity();
  Trainer trainer(task, options(2));
  EXPECT_THAT([&] { trainer.step(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("the loss of step 1 is no finite number (a batch of "),
                                         HasSubstr(" words), most likely because the model's weights are extreme"))));
}

class TaskRun : public testing::Test {
 protected:
  TaskRun() {
    run_.output = folder_ / "model";
    run_.identity = {.model = 1, .options = 2};
    run_.evaluate_every = 3;
    training_ = options(14);
    training_.accumulate = 2;
    training_.average = 0.5;
  }

  /// As of a process of its own.
  RunResult run(std::optional<std::uint64_t> stop_after = {}) {
    SmallLanguage task({.batch = 3, .seed = 5});
    Trainer trainer(task, training_);
    const Evaluation evaluation{"log-likelihood", [&] { return -task.whole_loss(); }};
    std::stop_source stop;
    RunEvents events;
    events.stepped = [&](const StepReport& report) {
      if (report.step == stop_after) stop.request_stop();
    };
    const RunResult result = run_training(trainer, run_, evaluation, events, stop.get_token());
    weights_ = task.weights();
    score_ = -task.whole_loss();
    return result;
  }

  TemporaryFolder folder_;
  RunOptions run_;
  TrainerOptions training_;
  std::vector<float> weights_;
  double score_ = 0;
};

TEST_F(TaskRun, EvaluatesAndKeepsTheBest) {
  training_.rate = 0.5;  // beyond the best and back
  const RunResult result = run();
  ASSERT_TRUE(result.before && result.after && result.best_step);
  EXPECT_GT(*result.after, *result.before);
  EXPECT_EQ(*result.after, score_);
  for (const CurvePoint& point : result.curve.scores) EXPECT_LE(point.value, *result.after);
  EXPECT_EQ(result.curve.scores.size(), 6U);  // before, after 3, 6, 9, 12 and the last
}

TEST_F(TaskRun, ResumedAtAnyStepIsTheSameRun) {
  const RunResult whole = run();
  const std::vector<float> weights = weights_;
  for (const std::uint64_t step : {1, 4, 6, 13}) {
    run_.resume = false;
    EXPECT_TRUE(run(step).interrupted);
    run_.resume = true;
    EXPECT_EQ(run().log, whole.log) << step;
    EXPECT_EQ(weights_, weights) << step;
  }
}

}  // namespace
}  // namespace mana::train
