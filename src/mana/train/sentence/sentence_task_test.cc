// Steps of training do what their options promise: on a small model, without a file.
#include "mana/train/sentence/sentence_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "mana/autograd/gradient_check.h"
#include "mana/base/errors.h"
#include "mana/train/sentence/small_training.h"
#include "mana/train/trainer.h"

namespace mana::train {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct Options {
  SentenceOptions sentences;
  TrainerOptions trainer;
};

Options options(std::size_t batch, std::uint64_t steps) {
  return {.sentences = {.batches = {.batch = batch}}, .trainer = {.max_steps = steps, .rate = 1e-3, .warmup = 0}};
}

/// Without dropout, and with an update that is the gradient: what two ways of computing the same step have to agree in.
Options plain(std::size_t batch, std::uint64_t steps) {
  Options plain = options(batch, steps);
  plain.sentences.dropout = 0;
  plain.trainer.rule = Sgd{};
  plain.trainer.rate = 0.1;
  return plain;
}

struct Trained {
  std::vector<float> weights;
  std::vector<float> losses;  // of each step
};

Trained train(const TokenRows& rows, Loss loss, const Options& options) {
  models::TrainableModel model = small_model();
  SentenceTask task(model, std::span(&rows, 1), loss, options.sentences);
  Trainer trainer(task, options.trainer);
  Trained result;
  while (!trainer.done()) result.losses.push_back(static_cast<float>(trainer.step().loss));
  trainer.settle();
  result.weights = weights_of(model);
  return result;
}

Loss loss_named(const char* name, std::optional<std::size_t> mini_batch = {}) {
  return make_loss(name, {.dimensions = 32, .classes = 2, .mini_batch = mini_batch});
}

float mean(std::span<const float> values) {
  float sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<float>(values.size());
}

TEST(SentenceTask, MakesTheLossFall) {
  Options wanted = options(8, 64);
  wanted.trainer.rate = 3e-3;
  const auto expect_falls = [&](const TokenRows& rows, const char* name, float factor) {
    const std::vector<float> losses = train(rows, loss_named(name), wanted).losses;
    const float first = mean(std::span(losses).first(4)), last = mean(std::span(losses).last(4));
    EXPECT_LT(last, factor * first) << name;
  };
  expect_falls(random_rows(32, 1), "simcse", 0.9f);
  wanted.sentences.dropout = 0;
  expect_falls(random_rows(32, 2), "mnr", 0.7f);
  expect_falls(random_rows(32, 2), "cached-mnr", 0.7f);
  expect_falls(random_rows(32, 2, {0.1f, 0.9f}), "cosine", 0.7f);
}

TEST(SentenceTask, LearnsFromEveryLoss) {
  for (const std::string_view name : vector_loss_names()) {
    const LossData data = loss_data(name);
    TokenRows rows = random_rows(8, data.least_texts, {0, 1});
    if (data.label == Label::none) rows = random_rows(8, data.least_texts);
    if (data.label == Label::category) rows.facts.classes = {0, 1, 0, 1, 0, 1, 0, 1};
    if (data.label == Label::vector) rows.label_values.resize(rows.rows() * (rows.labels = 32));
    const Trained trained = train(rows, make_loss(name, {.dimensions = 32, .classes = 2}), options(4, 4));
    EXPECT_NE(trained.weights, weights_of(small_model())) << name;
  }
}

TEST(SentenceTask, GivesTheSameBitsWithAnyNumberOfThreads) {
  const TokenRows rows = random_rows(96, 2, {0, 0.25f, 1});
  for (const char* name : {"mnr", "cached-mnr", "cosent"}) {
    Options wanted = options(48, 3);
    const Trained one = train(rows, loss_named(name), wanted);
    for (const unsigned threads : {2U, 3U}) {
      wanted.trainer.threads = threads;
      const Trained several = train(rows, loss_named(name), wanted);
      EXPECT_EQ(several.losses, one.losses) << name << ", " << threads << " threads";
      EXPECT_EQ(several.weights, one.weights) << name << ", " << threads << " threads";
    }
  }
}

TEST(SentenceTask, ShufflesBySeedAlone) {
  const TokenRows rows = random_rows(32, 2);
  Options wanted = options(8, 4);
  const Trained first = train(rows, loss_named("mnr"), wanted);
  EXPECT_EQ(train(rows, loss_named("mnr"), wanted).weights, first.weights);
  wanted.sentences.seed = 1;
  EXPECT_NE(train(rows, loss_named("mnr"), wanted).losses, first.losses);
}

TEST(SentenceTask, AccumulatesBatchesToTheStepOfOne) {
  const TokenRows rows = random_rows(64, 2, {0.1f, 0.9f, 0.4f});
  const Trained whole = train(rows, loss_named("cosine"), plain(16, 4));
  Options halves = plain(8, 4);
  halves.trainer.accumulate = 2;
  const Trained accumulated = train(rows, loss_named("cosine"), halves);
  EXPECT_LE(autograd::relative_difference(accumulated.losses, whole.losses), 1e-5);
  EXPECT_LE(autograd::relative_difference(accumulated.weights, whole.weights), 1e-6);
}

TEST(SentenceTask, WeighsAShortBatchWithItsRows) {
  const TokenRows rows = random_rows(12, 2, {0.1f, 0.9f, 0.4f});  // 8 and 4 of them
  Options parts = plain(8, 1);
  parts.trainer.accumulate = 2;
  const Trained accumulated = train(rows, loss_named("cosine"), parts);
  const Trained whole = train(rows, loss_named("cosine"), plain(12, 1));
  EXPECT_LE(autograd::relative_difference(accumulated.losses, whole.losses), 1e-5);
  EXPECT_LE(autograd::relative_difference(accumulated.weights, whole.weights), 1e-6);
}

TEST(SentenceTask, CachesTheGradientsOfTheSameLoss) {
  const TokenRows rows = random_rows(32, 3);
  const Trained whole = train(rows, loss_named("mnr"), plain(16, 4));
  const Trained cached = train(rows, loss_named("cached-mnr", 5), plain(16, 4));
  EXPECT_LE(autograd::relative_difference(cached.losses, whole.losses), 1e-4);
  EXPECT_LE(autograd::relative_difference(cached.weights, whole.weights), 1e-5);
}

TEST(SentenceTask, LeavesFrozenWeightsAsTheyAre) {
  models::TrainableModel model = small_model();
  for (autograd::Parameter& parameter : model.parameters()) {
    parameter.frozen =
        parameter.name.find("embeddings") != std::string::npos || parameter.name.find("layer.0.") != std::string::npos;
  }
  const models::TrainableModel before = small_model();
  const TokenRows rows = random_rows(16, 2);
  Loss loss = loss_named("mnr");
  Options wanted = options(8, 3);
  wanted.trainer.rule = AdamW{.decay = 0.1};
  SentenceTask task(model, std::span(&rows, 1), loss, wanted.sentences);
  Trainer trainer(task, wanted.trainer);
  while (!trainer.done()) trainer.step();
  trainer.settle();
  for (std::size_t i = 0; i < model.parameters().size(); ++i) {
    const autograd::Parameter& parameter = model.parameters()[i];
    const bool same = std::ranges::equal(parameter.values, before.parameters()[i].values);
    // The key's bias does not change the attention: its gradient is zero but for rounding.
    if (parameter.name.ends_with("key.bias")) continue;
    EXPECT_EQ(same, parameter.frozen) << parameter.name;
  }
}

TEST(SentenceTask, AveragesTheWeightsAfterEachStep) {
  models::TrainableModel model = small_model();
  const TokenRows rows = random_rows(16, 2);
  Loss loss = loss_named("mnr");
  Options wanted = options(8, 4);
  wanted.trainer.average = 0.5;
  SentenceTask task(model, std::span(&rows, 1), loss, wanted.sentences);
  Trainer trainer(task, wanted.trainer);
  std::vector<float> expected = weights_of(model);
  while (!trainer.done()) {
    trainer.step();
    const std::vector<float> weights = weights_of(model);
    for (std::size_t i = 0; i < weights.size(); ++i) expected[i] = 0.5f * expected[i] + 0.5f * weights[i];
  }
  const std::vector<float> weights = weights_of(model);
  trainer.settle();
  EXPECT_EQ(weights_of(model), expected);
  trainer.resume();
  EXPECT_EQ(weights_of(model), weights);
}

TEST(SentenceTask, FindsMatesOfAClassForEachBatch) {
  TokenRows rows = random_rows(40, 1);
  rows.labels = 1;
  for (int row = 0; row < 40; ++row) {
    rows.facts.classes.push_back(row / 2);
    rows.label_values.push_back(static_cast<float>(row / 2));
  }
  models::TrainableModel model = small_model();
  Loss loss = loss_named("batch-hard-triplet");
  const Options wanted = options(4, 10);
  SentenceTask task(model, std::span(&rows, 1), loss, wanted.sentences);
  Trainer trainer(task, wanted.trainer);
  while (!trainer.done()) EXPECT_GT(trainer.step().gradient_norm, 0);
}

TEST(SentenceTask, CountsItsSteps) {
  const TokenRows rows = random_rows(20, 2, {0.5f});
  models::TrainableModel model = small_model();
  Loss loss = loss_named("cosine");
  Options wanted = options(8, 0);
  wanted.trainer.epochs = 3;
  SentenceTask task(model, std::span(&rows, 1), loss, wanted.sentences);
  EXPECT_EQ(Trainer(task, wanted.trainer).total_steps(), 9U);
  wanted.trainer.accumulate = 2;
  Trainer trainer(task, wanted.trainer);
  EXPECT_EQ(trainer.total_steps(), 6U);
  EXPECT_EQ(trainer.step().rows, 16U);
  EXPECT_EQ(trainer.step().rows, 4U);
  EXPECT_EQ(trainer.steps(), 2U);
}

TEST(SentenceTask, StopsWhereTheLossIsNoNumber) {
  models::TrainableModel model = small_model();
  for (autograd::Parameter& parameter : model.parameters()) {
    if (parameter.name.ends_with("layer.1.output.dense.bias")) {
      parameter.values[3] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  Pool pool;
  model.refresh({model.kernels(), pool});
  const TokenRows rows = random_rows(6, 2);
  Loss loss = loss_named("mnr");
  const Options wanted = options(6, 2);
  SentenceTask task(model, std::span(&rows, 1), loss, wanted.sentences);
  Trainer trainer(task, wanted.trainer);
  EXPECT_THAT([&] { trainer.step(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("the loss of step 1 is no finite number"), HasSubstr("lines "),
                                         HasSubstr(", … of rows.tsv"), HasSubstr("the model's weights"))));
  EXPECT_EQ(trainer.steps(), 0U);
}

TEST(SentenceTask, NamesTheLearningRateWhereTrainingExplodes) {
  const TokenRows rows = random_rows(16, 2, {0.5f});
  models::TrainableModel model = small_model();
  Loss loss = loss_named("cosine");
  Options wanted = options(8, 10);
  wanted.trainer.rule = Sgd{};
  wanted.trainer.clip = 0;
  wanted.trainer.rate = 1e30;
  SentenceTask task(model, std::span(&rows, 1), loss, wanted.sentences);
  Trainer trainer(task, wanted.trainer);
  const auto explode = [&] {
    while (!trainer.done()) trainer.step();
  };
  EXPECT_THAT(explode, ThrowsMessage<Error>(HasSubstr("the learning rate is too high")));
}

TEST(SentenceTask, RefusesRowsThatMakeNoBatch) {
  const TokenRows rows = random_rows(1, 2);
  models::TrainableModel model = small_model();
  Loss loss = loss_named("mnr");
  EXPECT_THAT([&] { SentenceTask(model, std::span(&rows, 1), loss, options(8, 2).sentences); },
              ThrowsMessage<ArgumentError>(
                  "rows.tsv: its 1 rows make no batch that the loss mnr can learn from; give it more rows"));
}

}  // namespace
}  // namespace mana::train
