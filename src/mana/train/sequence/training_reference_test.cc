// Ten steps as PyTorch makes them (tools/golden/sequence_training.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mana/autograd/operations.h"
#include "mana/base/json.h"
#include "mana/models/transformer/trainable_transformer.h"
#include "mana/train/optimizer.h"
#include "mana/train/reference_gradients.h"
#include "mana/train/sequence/sequence_task.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

const std::filesystem::path kFixture = fixture_path("sequence_training");

void add_texts(const json::Value& texts, TokenTexts& side) {
  for (const json::Value& text : texts.array()) {
    for (const json::Value& id : text.array()) side.ids.push_back(static_cast<text::TokenId>(id.integer()));
    side.begins.push_back(side.ids.size());
  }
}

/// Batch i is what step i + 1 takes.
std::vector<TokenPairs> batches_of(const json::Value& root) {
  std::vector<TokenPairs> batches;
  for (const json::Value& batch : root.at("batches").array()) {
    TokenPairs& pairs = batches.emplace_back();
    add_texts(batch.at("source"), pairs.source);
    add_texts(batch.at("target"), pairs.target);
    for (std::size_t i = 0; i + 1 < pairs.source.begins.size(); ++i) {
      pairs.lengths.push_back(
          {static_cast<std::uint32_t>(pairs.source[i].size()), static_cast<std::uint32_t>(pairs.target[i].size())});
      pairs.lines.push_back(static_cast<std::uint32_t>(i + 1));
    }
  }
  return batches;
}

TEST(SequenceTraining, TenStepsAreThoseOfPyTorch) {
  const json::Document document = json::Document::read(kFixture / "training.json");
  const json::Value root = document.root();
  for (const kernels::Isa isa : kernels::available_isas()) {
    models::TrainableTransformer model(kFixture, isa, kernels::Precision::f32);
    for (autograd::Parameter& parameter : model.parameters()) {
      if (parameter.name.find("k_proj.bias") != std::string::npos) parameter.frozen = true;
    }
    Pool pool;
    const kernels::Run run{model.kernels(), pool};
    Optimizer optimizer(model.parameters(), AdamW{.beta2 = 0.98, .epsilon = 1e-9, .decay = 0});
    const auto losses = root.at("losses").array();
    std::size_t step = 0;
    for (const TokenPairs& pairs : batches_of(root)) {
      SequenceTask task(model, pairs,
                        {.batch_tokens = 10'000, .smoothing = static_cast<float>(root.at("smoothing").number())});
      task.prepare(std::vector<BatchPlace>{{.number = step}});
      autograd::Tape tape(run);
      StepTimes times;
      EXPECT_NEAR(task.differentiate(tape, 0, 1, times), losses[step].number(), 1e-5 * losses[step].number())
          << "step " << step + 1;
      if (step++ == 0) {
        EXPECT_EQ(expect_gradients(model.parameters(), kFixture / "gradients.safetensors", 2e-5), 8U);
      }
      optimizer.step(run, root.at("learning_rate").number(), 1);
      model.refresh(run);
    }
    EXPECT_EQ(step, 10U);
  }
}

}  // namespace
}  // namespace mana::train
