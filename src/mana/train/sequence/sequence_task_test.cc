#include "mana/train/sequence/sequence_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/sequence/small_translation.h"
#include "mana/train/sequence/validation.h"
#include "mana/train/training_run.h"

namespace mana::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(SequenceBatch, TheDecoderSeesWhatStandsBeforeEachLabel) {
  TokenPairs pairs;
  pairs.source = {.ids = {5, 6, kEnd, 7, kEnd}, .begins = {0, 3, 5}};
  pairs.target = {.ids = {8, kEnd, 9, 10, 11, kEnd}, .begins = {0, 2, 6}};
  const std::vector<std::uint32_t> chosen = {1, 0};
  const SequenceBatch batch(pairs, chosen, kPad);
  EXPECT_THAT(batch.source.ids, ElementsAre(7, kEnd, 5, 6, kEnd));
  EXPECT_THAT(batch.source.offsets, ElementsAre(0, 2, 5));
  EXPECT_THAT(batch.target.ids, ElementsAre(kPad, 9, 10, 11, kPad, 8));
  EXPECT_THAT(batch.target.offsets, ElementsAre(0, 4, 6));
  EXPECT_THAT(batch.labels, ElementsAre(9, 10, 11, kEnd, 8, kEnd));
}

/// Tables of every way of tying.
std::vector<models::TransformerConfig> all_ties() {
  std::vector<models::TransformerConfig> configs;
  for (const bool one_table : {true, false}) {
    for (const bool tied_output : {true, false}) {
      configs.push_back(small_translator());
      configs.back().one_table = one_table;
      configs.back().tied_output = tied_output;
    }
  }
  return configs;
}

struct Trained {
  std::vector<double> losses;
  std::vector<float> weights;
};

Trained train(const models::TransformerConfig& config, const TokenPairs& pairs, const SequenceOptions& options,
              const TrainerOptions& training) {
  models::TrainableTransformer model = fresh_translator(config);
  SequenceTask task(model, pairs, options);
  Trainer trainer(task, training);
  Trained trained;
  while (!trainer.done()) trained.losses.push_back(trainer.step().loss);
  trainer.settle();
  trained.weights = weights_of(model);
  return trained;
}

TEST(SequenceTask, AnEpochHasEveryPairOnce) {
  const TokenPairs pairs = small_pairs(300);
  models::TrainableTransformer model = fresh_translator(small_translator());
  SequenceTask task(model, pairs, {.batch_tokens = 150});
  for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
    std::size_t rows = 0, tokens = 0, labels = 0;
    for (std::size_t index = 0; index < task.batches(); ++index) {
      const std::vector<BatchPlace> step = {{.epoch = epoch, .index = index, .number = index}};
      const BatchSize size = task.prepare(step).front();
      rows += size.rows;
      tokens += size.tokens;
      labels += size.count;
    }
    EXPECT_EQ(rows, pairs.size());
    EXPECT_EQ(tokens, pairs.tokens());
    EXPECT_EQ(labels, pairs.target.ids.size());
  }
}

TEST(SequenceTask, TheLossIsAMeanOverTokensWhateverTheBatches) {
  const TokenPairs pairs = small_pairs(60);
  models::TransformerConfig config = small_translator();
  config.dropout = 0;
  TrainerOptions training{.max_steps = 2, .schedule = ScheduleShape::constant, .rate = 1e-3, .warmup = 0, .clip = 0};
  const Trained whole = train(config, pairs, {.batch_tokens = 100'000}, training);
  training.accumulate = 100;  // a step is an epoch
  const Trained cut = train(config, pairs, {.batch_tokens = 40}, training);
  for (const std::size_t step : {0, 1}) EXPECT_NEAR(cut.losses[step], whole.losses[step], 1e-6);
  // What smoothing costs: the labels' share of all K.
  const Trained plain = train(config, pairs, {.batch_tokens = 100'000, .smoothing = 0}, training);
  EXPECT_GT(std::abs(plain.losses[0] - whole.losses[0]), 1e-3);
}

TEST(SequenceTask, LearnsToTranslate) {
  const TokenPairs pairs = small_pairs(2000), others = small_pairs(50, 6);
  models::TransformerConfig config = small_translator();
  config.dropout = 0;
  models::TrainableTransformer model = fresh_translator(config);
  SequenceTask task(model, pairs, {.batch_tokens = 500});
  Trainer trainer(task, {.epochs = 30,
                         .rule = AdamW{.beta2 = 0.98, .epsilon = 1e-9, .decay = 0},
                         .schedule = ScheduleShape::inverse_sqrt,
                         .rate = 1e-2,
                         .warmup = 60});
  Team team(1);
  const double before = cross_entropy_per_token(model, others, 500, team);
  EXPECT_NEAR(before, std::log(22), 0.8);
  while (!trainer.done()) trainer.step();
  EXPECT_LT(cross_entropy_per_token(model, others, 500, team), 0.8);
}

TEST(SequenceTask, BitsDoNotDependOnThreads) {
  const TokenPairs pairs = small_pairs(80);
  for (models::TransformerConfig& config : all_ties()) {
    config.attention_dropout = 0.1f;
    TrainerOptions training{.max_steps = 6, .accumulate = 2, .rate = 1e-2, .average = 0.9};
    const Trained one = train(config, pairs, {.batch_tokens = 200}, training);
    for (const unsigned threads : {2U, 3U}) {
      training.threads = threads;
      EXPECT_EQ(train(config, pairs, {.batch_tokens = 200}, training).weights, one.weights);
    }
  }
}

TEST(SequenceTask, TheOptionsOwnDropoutCounts) {
  const TokenPairs pairs = small_pairs(30);
  models::TransformerConfig config = small_translator();
  const TrainerOptions training{.max_steps = 2};
  const Trained dropped = train(config, pairs, {.seed = 1}, training);
  EXPECT_NE(train(config, pairs, {.seed = 2}, training).losses, dropped.losses);
  const Trained whole = train(config, pairs, {.dropout = 0.0f}, training);
  EXPECT_NE(whole.losses, dropped.losses);
  config.dropout = 0;
  EXPECT_EQ(train(config, pairs, {}, training).losses, whole.losses);
}

TEST(SequenceTask, ResumedAtAnyStepIsTheSameRun) {
  const TokenPairs pairs = small_pairs(60), others = small_pairs(10, 6);
  for (const models::TransformerConfig& config : all_ties()) {
    const TemporaryFolder folder;
    const auto run = [&](std::optional<std::uint64_t> stop_after, bool resume) {
      models::TrainableTransformer model = fresh_translator(config);
      SequenceTask task(model, pairs, {.batch_tokens = 200});
      Trainer trainer(task, {.max_steps = 10, .rate = 1e-2, .warmup = 0.2});
      Team team(1);
      const Evaluation evaluation{.metric = "cross-entropy",
                                  .score = [&] { return cross_entropy_per_token(model, others, 100, team); },
                                  .lower_is_better = true};
      std::stop_source stop;
      RunEvents events;
      events.stepped = [&](const StepReport& report) {
        if (report.step == stop_after) stop.request_stop();
      };
      RunOptions options;
      options.output = folder / "model";
      options.resume = resume;
      options.evaluate_every = 2;
      options.average_last = 3;
      const RunResult result = run_training(trainer, options, evaluation, events, stop.get_token());
      return std::pair(weights_of(model), result.log);
    };
    const auto whole = run({}, false);
    for (const std::uint64_t step : {1, 4, 7}) {
      run(step, false);
      EXPECT_EQ(run({}, true), whole) << "after step " << step;
    }
  }
}

TEST(Validation, DoesNotDependOnBatchesOrThreads) {
  const TokenPairs pairs = small_pairs(40);
  models::TrainableTransformer model = fresh_translator(small_translator());
  Team one(1), two(2);
  const double entropy = cross_entropy_per_token(model, pairs, 100, one);
  for (const std::size_t tokens : {1, 37, 10'000}) {
    EXPECT_EQ(cross_entropy_per_token(model, pairs, tokens, one), entropy);
    EXPECT_EQ(cross_entropy_per_token(model, pairs, tokens, two), entropy);
  }
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(cross_entropy_per_token(model, pairs, 100, one, stop.get_token()), Cancelled);
}

TEST(SequenceTask, RefusesWhatTheModelCannotTake) {
  models::TrainableTransformer model = fresh_translator(small_translator());
  TokenPairs pairs = small_pairs(5);
  EXPECT_THAT([&] { SequenceTask(model, pairs, {.batch_tokens = 0}); },
              ThrowsMessage<ArgumentError>(HasSubstr("more than 0 tokens")));
  pairs.target.ids[2] = kFirstWord + kWords;
  EXPECT_THAT([&] { SequenceTask(model, pairs, {}); },
              ThrowsMessage<ArgumentError>(HasSubstr("the target tokenizer gives the id 22, but the model has 22")));
  pairs = small_pairs(5);
  pairs.lengths[3].source = 17;
  EXPECT_THAT([&] { SequenceTask(model, pairs, {}); },
              ThrowsMessage<ArgumentError>(HasSubstr("the pair of line 5 has 17 tokens")));
}

}  // namespace
}  // namespace mana::train
