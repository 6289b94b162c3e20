// Ten steps as PyTorch makes them (tools/golden/masked_training.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/masked/masked_task.h"
#include "mana/train/masked/validation.h"
#include "mana/train/optimizer.h"
#include "mana/train/reference_gradients.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

using models::TrainableMaskedModel;

const std::filesystem::path kFixture = fixture_path("masked_training");
constexpr std::int32_t kMask = 4;

template <class Number>
std::vector<Number> numbers(const json::Value& list) {
  std::vector<Number> numbers;
  for (const json::Value& each : list.array()) numbers.push_back(static_cast<Number>(each.integer()));
  return numbers;
}

/// Batch i is what step i + 1 takes.
std::vector<data::MaskedBatch> batches_of(const json::Value& root) {
  std::vector<data::MaskedBatch> batches;
  for (const json::Value& batch : root.at("batches").array()) {
    batches.push_back({.ids = numbers<std::int32_t>(batch.at("ids")),
                       .type_ids = numbers<std::int32_t>(batch.at("type_ids")),
                       .offsets = numbers<std::uint32_t>(batch.at("offsets")),
                       .chosen = numbers<std::uint32_t>(batch.at("chosen")),
                       .originals = numbers<std::int32_t>(batch.at("originals")),
                       .next = numbers<std::int32_t>(batch.at("next"))});
  }
  return batches;
}

MaskedSource source_of(const std::vector<data::MaskedBatch>& batches) {
  return {batches.size(), [&](std::uint64_t, std::size_t place) { return batches[place]; }};
}

class MaskedReferenceTest : public testing::Test {
 protected:
  json::Document document_ = json::Document::read(kFixture / "training.json");
  json::Value root_ = document_.root();
  std::vector<data::MaskedBatch> batches_ = batches_of(root_);
};

TEST_F(MaskedReferenceTest, TenStepsAreThoseOfPyTorch) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    TrainableMaskedModel model(kFixture / "pairs", {}, 0, isa, kernels::Precision::f32);
    EXPECT_TRUE(model.next_sentence());
    EXPECT_TRUE(model.drawn().empty());
    for (autograd::Parameter& parameter : model.parameters()) {
      if (parameter.name.find("key.bias") != std::string::npos) parameter.frozen = true;
    }
    Pool pool;
    Team team(1);
    const kernels::Run run{model.kernels(), pool};
    Optimizer optimizer(model.parameters(), AdamW{.beta2 = 0.999, .epsilon = 1e-8, .decay = 0});
    MaskedTask task(model, source_of(batches_), {.name = "batches"});
    std::size_t step = 0;
    for (const json::Value& losses : root_.at("losses").array()) {
      const double words = losses.at("words").number(), next = losses.at("next").number();
      const std::vector<data::MaskedBatch> own = {batches_[step]};
      const MaskedScores scores = masked_scores(model, source_of(own), kMask, team);
      EXPECT_NEAR(scores.loss, words, 1e-5 * words) << "step " << step + 1;
      EXPECT_NEAR(scores.next_loss.value_or(0), next, 1e-5 * next) << "step " << step + 1;

      task.prepare(std::vector<BatchPlace>{{.index = step, .number = step}});
      autograd::Tape tape(run);
      StepTimes times;
      EXPECT_NEAR(task.differentiate(tape, 0, 1, times), words + next, 1e-5 * (words + next)) << "step " << step + 1;
      if (step++ == 0) {
        EXPECT_EQ(expect_gradients(model.parameters(), kFixture / "gradients.safetensors", 5e-5), 8U);
      }
      optimizer.step(run, root_.at("learning_rate").number(), 1);
      model.refresh(run);
    }
    EXPECT_EQ(step, 10U);
  }
}

TEST_F(MaskedReferenceTest, AModelWithoutNextSentencesHasNoGradientForThem) {
  data::MaskedBatch batch = batches_.front();
  batch.type_ids.clear();
  batch.next.clear();
  for (const kernels::Isa isa : kernels::available_isas()) {
    TrainableMaskedModel model(kFixture / "words", {}, 0, isa, kernels::Precision::f32);
    EXPECT_FALSE(model.next_sentence());
    for (const autograd::Parameter& parameter : model.parameters()) {
      EXPECT_EQ(parameter.name.find("pooler"), std::string::npos);
      EXPECT_EQ(parameter.name.find("seq_relationship"), std::string::npos);
    }
    Pool pool;
    autograd::Tape tape({model.kernels(), pool});
    StepTimes times;
    MaskedTask task(model, {1, [&](std::uint64_t, std::size_t) { return batch; }}, {});
    task.prepare(std::vector<BatchPlace>{{}});
    const double expected = root_.at("words_loss").number();
    EXPECT_NEAR(task.differentiate(tape, 0, 1, times), expected, 1e-5 * expected);
    EXPECT_EQ(expect_gradients(model.parameters(), kFixture / "words_gradients.safetensors", 5e-5), 3U);
  }
}

}  // namespace
}  // namespace mana::train
