// Pre-training as a task: batches of a step weigh as one, a run may stop anywhere, threads change no bit, what is
// learned shows.
#include "mana/train/masked/masked_task.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/random.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/masked/validation.h"
#include "mana/train/trainer.h"
#include "mana/train/training_run.h"

namespace mana::train {
namespace {

using models::TrainableMaskedModel;

constexpr std::int32_t kBegin = 0, kSeparator = 1, kMask = 2, kFirst = 3, kWords = 12;

models::MaskedModelConfig small_config() {
  models::MaskedModelConfig config;
  config.vocabulary = kFirst + kWords;
  config.positions = 12;
  config.types = 2;
  config.model = 16;
  config.inner = 32;
  config.layers = 1;
  config.heads = 2;
  return config;
}

TrainableMaskedModel fresh_model(bool pairs, float dropout = 0.1f) {
  models::MaskedModelConfig config = small_config();
  config.hidden_dropout = config.attention_dropout = dropout;
  return {config, pairs, 7, kernels::choose_isa(), kernels::Precision::f32};
}

/// A language in which every word is followed by the next one; B follows A if it goes on from A's last word, else it
/// goes on from the word that is farthest from it.
data::MaskedBatch sentences(std::uint64_t seed, std::uint64_t number, std::size_t count, bool pairs) {
  Random random(Random::key(seed, number));
  data::MaskedBatch batch;
  batch.offsets = {0};
  for (std::size_t i = 0; i < count; ++i) {
    auto word = static_cast<std::int32_t>(random.below(kWords));
    std::vector<std::int32_t> ids = {kBegin};
    const auto say = [&](std::size_t words) {
      for (std::size_t w = 0; w < words; ++w) ids.push_back(kFirst + word++ % kWords);
      ids.push_back(kSeparator);
    };
    say(2 + random.below(2));
    const std::size_t first = ids.size();
    if (pairs) {
      const bool other = random.below(2) == 1;
      if (other) word += kWords / 2;
      say(2 + random.below(2));
      batch.next.push_back(other ? 1 : 0);
      batch.type_ids.insert(batch.type_ids.end(), first, 0);
      batch.type_ids.insert(batch.type_ids.end(), ids.size() - first, 1);
    }
    const std::size_t hidden = 1 + random.below(first - 2);
    batch.chosen.push_back(static_cast<std::uint32_t>(batch.ids.size() + hidden));
    batch.originals.push_back(std::exchange(ids[hidden], kMask));
    batch.ids.insert(batch.ids.end(), ids.begin(), ids.end());
    batch.offsets.push_back(static_cast<std::uint32_t>(batch.ids.size()));
  }
  return batch;
}

MaskedSource language(bool pairs, std::uint64_t seed = 1, std::size_t batches = 8, std::size_t count = 16) {
  return {batches, [=](std::uint64_t epoch, std::size_t place) {
            return sentences(seed, epoch * batches + place, count + place, pairs);
          }};
}

/// All batches of the source's first epoch as one.
data::MaskedBatch together(const MaskedSource& source) {
  data::MaskedBatch all;
  all.offsets = {0};
  const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (std::size_t place = 0; place < source.batches; ++place) {
    const data::MaskedBatch batch = source.batch(0, place);
    const auto before = static_cast<std::uint32_t>(all.ids.size());
    for (const std::uint32_t chosen : batch.chosen) all.chosen.push_back(before + chosen);
    for (std::size_t i = 1; i < batch.offsets.size(); ++i) all.offsets.push_back(before + batch.offsets[i]);
    add(all.ids, batch.ids);
    add(all.type_ids, batch.type_ids);
    add(all.originals, batch.originals);
    add(all.next, batch.next);
  }
  return all;
}

std::vector<float> weights_of(TrainableMaskedModel& model) {
  std::vector<float> weights;
  for (const autograd::Parameter& parameter : model.parameters()) {
    weights.insert(weights.end(), parameter.values.begin(), parameter.values.end());
  }
  return weights;
}

TEST(MaskedTask, BatchesOfAStepWeighAsOneWhateverTheyCount) {
  for (const bool pairs : {false, true}) {
    const MaskedSource source = language(pairs, 1, 3);
    const auto loss = [&](const MaskedSource& from, std::size_t accumulate) {
      TrainableMaskedModel model = fresh_model(pairs, 0);
      MaskedTask task(model, from, {});
      Trainer trainer(task, {.max_steps = 2,
                             .accumulate = accumulate,
                             .schedule = ScheduleShape::constant,
                             .rate = 1e-2,
                             .warmup = 0,
                             .clip = 0});
      return std::pair(trainer.step().loss, trainer.step().loss);
    };
    const MaskedSource whole{1, [&](std::uint64_t, std::size_t) { return together(source); }};
    const MaskedSource again{3, [&](std::uint64_t, std::size_t place) { return source.batch(0, place); }};
    const auto [first, second] = loss(again, 3);
    const auto [first_whole, second_whole] = loss(whole, 1);
    EXPECT_NEAR(first, first_whole, 1e-5) << pairs;
    EXPECT_NEAR(second, second_whole, 1e-5) << pairs;
  }
}

TEST(MaskedTask, LearnsWordsAndPairs) {
  TrainableMaskedModel model = fresh_model(true, 0);
  MaskedTask task(model, language(true), {});
  Trainer trainer(task, {.max_steps = 4000, .rate = 5e-3});
  Team team(1);
  const MaskedScores before = masked_scores(model, language(true, 2), kMask, team);
  EXPECT_NEAR(before.loss, std::log(kFirst + kWords), 0.2);
  EXPECT_NEAR(*before.next_loss, std::log(2), 0.05);
  while (!trainer.done()) trainer.step();
  const MaskedScores after = masked_scores(model, language(true, 2), kMask, team);
  EXPECT_GT(after.accuracy, 0.95);
  EXPECT_GT(*after.next_accuracy, 0.9);
  EXPECT_LT(after.loss, 0.3);
}

TEST(MaskedTask, BitsDoNotDependOnThreads) {
  const auto run = [](unsigned threads) {
    TrainableMaskedModel model = fresh_model(true);
    MaskedTask task(model, language(true), {});
    Trainer trainer(task, {.max_steps = 6, .accumulate = 2, .rate = 1e-2, .average = 0.9, .threads = threads});
    while (!trainer.done()) trainer.step();
    Team team(threads);
    const MaskedScores scores = masked_scores(model, language(true, 2), kMask, team);
    return std::pair(weights_of(model), scores.loss);
  };
  const auto one = run(1);
  for (const unsigned threads : {2U, 3U}) EXPECT_EQ(run(threads), one);
}

TEST(MaskedTask, ResumedAtAnyStepIsTheSameRunAlsoBehindTheTurnToOtherBatches) {
  const TemporaryFolder folder;
  const auto run = [&](std::optional<std::uint64_t> stop_after, bool resume) {
    TrainableMaskedModel model = fresh_model(true);
    MaskedTask task(model, language(true), {});
    task.go_over_to(language(true, 3, 2, 40), 6);
    Trainer trainer(task, {.max_steps = 10, .rate = 1e-2});
    Team team(1);
    const Evaluation evaluation{.metric = "loss",
                                .score = [&] { return masked_scores(model, language(true, 2), kMask, team).loss; },
                                .lower_is_better = true};
    std::stop_source stop;
    RunEvents events;
    events.stepped = [&](const StepReport& report) {
      EXPECT_EQ(report.rows >= 40, report.step > 6);
      if (report.step == stop_after) stop.request_stop();
    };
    RunOptions options;
    options.output = folder / "model";
    options.resume = resume;
    options.evaluate_every = 2;
    const RunResult result = run_training(trainer, options, evaluation, events, stop.get_token());
    return std::pair(weights_of(model), result.log);
  };
  const auto whole = run({}, false);
  for (const std::uint64_t step : {1, 5, 6, 8}) {
    run(step, false);
    EXPECT_EQ(run({}, true), whole) << "after step " << step;
  }
}

TEST(MaskedTask, OfPairsNeedsTwoTypesOfTokens) {
  models::MaskedModelConfig config = small_config();
  config.types = 1;
  TrainableMaskedModel pairs(config, true, 7, kernels::choose_isa(), kernels::Precision::f32);
  EXPECT_THROW(MaskedTask(pairs, language(true), {}), ArgumentError);
  TrainableMaskedModel words(config, false, 7, kernels::choose_isa(), kernels::Precision::f32);
  EXPECT_NO_THROW(MaskedTask(words, language(false), {}));
}

TEST(MaskedTask, NamesABatchByItsPlace) {
  TrainableMaskedModel model = fresh_model(false);
  MaskedTask task(model, language(false), {.name = "books"});
  const std::vector<BatchPlace> step = {{.epoch = 1, .index = 2, .number = 10}};
  const auto sizes = task.prepare(step);
  EXPECT_EQ(sizes.front().rows, 18U);
  EXPECT_EQ(sizes.front().count, 18U);
  EXPECT_EQ(task.whereabouts(0), "batch 3 of epoch 2 of books");
}

}  // namespace
}  // namespace mana::train
