#include "mana/train/sentence/denoising_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/sentence/small_training.h"
#include "mana/train/training_run.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(fixture_path("sentence_models/mean"));
  return loaded;
}

/// A model, its decoder and their task.
struct Denoising {
  Denoising(const TokenRows& rows, const SentenceOptions& options)
      : decoder(model, 1), task(model, decoder, std::span(&rows, 1), {tokenizer(), 0.6}, options) {}

  std::vector<float> weights() {
    std::vector<float> all = weights_of(model);
    for (const autograd::Parameter& parameter : decoder.parameters()) {
      all.insert(all.end(), parameter.values.begin(), parameter.values.end());
    }
    return all;
  }

  models::TrainableModel model = small_model();
  models::TrainableDecoder decoder;
  DenoisingTask task;
};

struct Trained {
  std::vector<double> losses;
  std::vector<float> weights;
};

Trained train(const TokenRows& rows, const SentenceOptions& options, const TrainerOptions& training) {
  Denoising denoising(rows, options);
  Trainer trainer(denoising.task, training);
  Trained trained;
  while (!trainer.done()) trained.losses.push_back(trainer.step().loss);
  trainer.settle();
  trained.weights = denoising.weights();
  return trained;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(DenoisingTask, LearnsToWriteTextsAgain) {
  const TokenRows rows = random_rows(16, 1);
  const Trained trained =
      train(rows, {.batches = {.batch = 8}, .dropout = 0.0f}, {.max_steps = 150, .rate = 5e-3, .threads = 2});
  // Nobody who does not read the vector knows the words, which are random.
  EXPECT_LT(mean(std::span(trained.losses).last(10)), 0.6 * mean(std::span(trained.losses).first(4)));
}

TEST(DenoisingTask, ThreadsChangeNoBit) {
  const TokenRows rows = random_rows(24, 1);
  const SentenceOptions options{.batches = {.batch = 8}, .dropout = 0.1f, .seed = 4};
  const Trained alone = train(rows, options, {.max_steps = 4, .rate = 1e-3, .threads = 1});
  for (const unsigned threads : {2U, 3U}) {
    const Trained together = train(rows, options, {.max_steps = 4, .rate = 1e-3, .threads = threads});
    EXPECT_EQ(together.losses, alone.losses);
    EXPECT_EQ(together.weights, alone.weights);
  }
}

TEST(DenoisingTask, BatchesAreTheSameForOneSeedAndDifferFromEpochToEpoch) {
  const TokenRows rows = random_rows(12, 1);
  Denoising one(rows, {.batches = {.batch = 12}, .seed = 4}), same(rows, {.batches = {.batch = 12}, .seed = 4}),
      other(rows, {.batches = {.batch = 12}, .seed = 5});
  const auto size = [](Denoising& denoising, std::uint64_t epoch) {
    return denoising.task.prepare(std::vector<BatchPlace>{{.epoch = epoch, .number = epoch}}).front();
  };
  std::vector<std::size_t> tokens, again, differing;
  for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
    EXPECT_EQ(size(one, epoch).count, rows.ids.size() - 12) << "every token but the first of each text";
    tokens.push_back(size(one, epoch).tokens);
    again.push_back(size(same, epoch).tokens);
    differing.push_back(size(other, epoch).tokens);
  }
  EXPECT_EQ(again, tokens);
  EXPECT_NE(differing, tokens);
  EXPECT_NE(tokens, std::vector<std::size_t>(8, tokens.front()));
}

TEST(DenoisingTask, ResumedAtAnyStepIsTheSameRun) {
  const TokenRows rows = random_rows(13, 1);
  const SentenceOptions options{.batches = {.batch = 4}, .dropout = 0.1f, .seed = 4};
  const auto run = [&](const RunOptions& wanted, std::optional<std::uint64_t> stop_after) {
    Denoising denoising(rows, options);
    Trainer trainer(denoising.task, {.max_steps = 9, .rate = 1e-3, .average = 0.9});
    std::stop_source stop;
    RunEvents events;
    events.stepped = [&](const StepReport& report) {
      if (report.step == stop_after) stop.request_stop();
    };
    run_training(trainer, wanted, {}, events, stop.get_token());
    return denoising.weights();
  };
  const TemporaryFolder folder;
  RunOptions wanted;
  wanted.identity = {.model = 1, .options = 2};
  wanted.output = folder / "whole";
  const std::vector<float> whole = run(wanted, {});
  for (const std::uint64_t step : {1U, 4U, 7U}) {
    wanted.output = folder / std::to_string(step);
    wanted.resume = false;
    EXPECT_NE(run(wanted, step), whole);
    wanted.resume = true;
    EXPECT_EQ(run(wanted, {}), whole) << "step " << step;
  }
}

TEST(DenoisingTask, FrozenWeightsStay) {
  const TokenRows rows = random_rows(8, 1);
  Denoising denoising(rows, {.batches = {.batch = 4}});
  const std::vector<float> before(denoising.model.parameters()[0].values.begin(),
                                  denoising.model.parameters()[0].values.end());
  denoising.model.parameters()[0].frozen = true;
  Trainer trainer(denoising.task, {.max_steps = 3, .rate = 1e-3});
  while (!trainer.done()) trainer.step();
  EXPECT_TRUE(std::ranges::equal(denoising.model.parameters()[0].values, before));
}

TEST(DenoisingTask, RefusesNoRows) {
  const TokenRows rows = random_rows(0, 1);
  EXPECT_THAT([&] { Denoising(rows, {}); }, ThrowsMessage<ArgumentError>(HasSubstr("make no batch")));
}

}  // namespace
}  // namespace mana::train
