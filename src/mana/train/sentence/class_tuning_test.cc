// Tuning to classes puts texts of one class together and texts of two apart, and its rows are its pairs.
#include "mana/train/sentence/class_tuning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/search/similarity.h"
#include "mana/train/sentence/small_training.h"

namespace mana::train {
namespace {

using testing::ElementsAre;

const std::vector<std::string> kTexts = {"the cat", "42 !", "the cat sat", "! 42 !", "the mat", "7 ! 7"};
const std::vector<std::uint32_t> kClasses = {0, 1, 0, 1, 0, 1};

engine::Encoder encoder_of(const models::TrainableModel& model, unsigned threads = 1) {
  return {model.shared_model(), model.kernels(), model.folder(), {.threads = threads}};
}

/// The mean cosine of pairs of one class less that of pairs of two.
double gap(const engine::Embeddings& vectors) {
  double sums[2] = {0, 0}, counts[2] = {0, 0};
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool alike = kClasses[i] == kClasses[j];
      sums[alike] += search::similarity(search::Similarity::cosine, vectors[i], vectors[j]);
      counts[alike] += 1;
    }
  }
  return sums[1] / counts[1] - sums[0] / counts[0];
}

std::vector<float> tuned_weights(const ClassTuning& tuning, unsigned threads = 1) {
  models::TrainableModel model = small_model();
  tune_to_classes(model, encoder_of(model, threads), kTexts, kClasses, tuning, {}, {});
  return weights_of(model);
}

TEST(ClassTuning, PutsClassesTogetherAndApart) {
  models::TrainableModel model = small_model();
  const engine::Encoder encoder = encoder_of(model);
  const double before = gap(encoder.embed(kTexts));
  double first = 0, last = 0;
  std::uint64_t steps = 0;
  tune_to_classes(model, encoder, kTexts, kClasses, {.epochs = 2, .rate = 1e-3},
                  [&](const StepReport& report, std::uint64_t total) {
                    (report.step == 1 ? first : last) = report.loss;
                    steps = report.step;
                    EXPECT_EQ(total, 30U);  // 2 epochs of 240 pairs in batches of 16
                  },
                  {});
  EXPECT_EQ(steps, 30U);
  EXPECT_LT(last, first / 2);
  EXPECT_GT(gap(encoder.embed(kTexts)), before + 0.5);
}

TEST(ClassTuning, IsAFunctionOfTheSeedForAnyNumberOfThreads) {
  const ClassTuning tuning{.rounds = 3, .rate = 1e-3};
  EXPECT_EQ(tuned_weights(tuning, 3), tuned_weights(tuning));
  EXPECT_NE(tuned_weights({.rounds = 3, .rate = 1e-3, .seed = 1}), tuned_weights(tuning));
}

TEST(ClassTuning, LearnsRowsThatAreItsPairs) {
  const models::TrainableModel model = small_model();
  const engine::Encoder encoder = encoder_of(model);
  const std::vector<data::ClassPair> pairs = {{0, 2, true}, {3, 0, false}};
  const TokenRows rows = rows_of_pairs(kTexts, pairs, encoder);
  EXPECT_EQ(rows.rows(), 2U);
  EXPECT_EQ(rows.facts.texts, 2U);
  EXPECT_THAT(rows.label_values, ElementsAre(1, 0));
  for (std::size_t row = 0; row < pairs.size(); ++row) {
    std::size_t tokens = 0;
    for (std::size_t column = 0; column < 2; ++column) {
      std::vector<text::TokenId> ids;
      encoder.tokens(kTexts[column == 0 ? pairs[row].first : pairs[row].second], ids);
      EXPECT_THAT(rows.text(row, column), testing::ElementsAreArray(ids));
      tokens += ids.size();
    }
    EXPECT_EQ(rows.facts.tokens[row], tokens);
  }
  EXPECT_EQ(rows.facts.sums[0], rows.facts.sums[3]) << "the same text has the same sum";
}

TEST(ClassTuning, CanBeCancelled) {
  models::TrainableModel model = small_model();
  std::stop_source stop;
  std::uint64_t steps = 0;
  const auto progress = [&](const StepReport& report, std::uint64_t) {
    steps = report.step;
    if (steps == 2) stop.request_stop();
  };
  EXPECT_THROW(tune_to_classes(model, encoder_of(model), kTexts, kClasses, {}, progress, stop.get_token()), Cancelled);
  EXPECT_EQ(steps, 2U);
}

}  // namespace
}  // namespace mana::train
