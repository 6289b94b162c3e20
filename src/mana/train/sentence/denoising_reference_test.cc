// Ten steps of TSDAE as sentence-transformers makes them (tools/golden/denoising_training.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mana/autograd/operations.h"
#include "mana/base/json.h"
#include "mana/train/optimizer.h"
#include "mana/train/reference_gradients.h"
#include "mana/train/sentence/denoising_task.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

const std::filesystem::path kFixture = fixture_path("denoising_training");

using Texts = std::vector<std::vector<text::TokenId>>;

Texts texts_of(const json::Value& list) {
  Texts texts;
  for (const json::Value& text : list.array()) {
    for (auto& ids = texts.emplace_back(); const json::Value& id : text.array()) {
      ids.push_back(static_cast<text::TokenId>(id.integer()));
    }
  }
  return texts;
}

/// L of thinned texts and whole ones.
autograd::Variable loss_of(const models::TrainableModel& model, const models::TrainableDecoder& decoder,
                           const nn::Training& training, const TextBatch& thinned, const Texts& texts,
                           TextBatch& targets) {
  std::vector<std::uint32_t> labels;
  for (const auto& text : texts) {
    targets.add(std::span(text).first(text.size() - 1));
    labels.insert(labels.end(), text.begin() + 1, text.end());
  }
  return autograd::mean(decoder.losses(training, model(training, thinned.tokens()), targets.tokens(), labels));
}

class DenoisingReferenceTest : public testing::Test {
 protected:
  models::TrainableModel open(kernels::Isa isa) const {
    models::TrainableModel model(formats::read_sentence_folder(kFixture / "model"), isa, kernels::Precision::f32);
    for (autograd::Parameter& parameter : model.parameters()) {
      if (parameter.name.find("key.bias") != std::string::npos) parameter.frozen = true;
    }
    return model;
  }

  json::Document document_ = json::Document::read(kFixture / "training.json");
  json::Value root_ = document_.root();
  text::Tokenizer tokenizer_ = text::Tokenizer::load(kFixture / "model");
  WordDeletion deletion_{tokenizer_, root_.at("deletion").number()};
  std::uint64_t seed_ = static_cast<std::uint64_t>(root_.at("seed").integer());
};

TEST_F(DenoisingReferenceTest, LeavesOutTheSameWords) {
  std::uint64_t number = 0;
  for (const json::Value& batch : root_.at("batches").array()) {
    const Texts texts = texts_of(batch.at("texts")), thinned = texts_of(batch.at("thinned"));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::vector<text::TokenId> left;
      const Random random(Random::key(Random::key(seed_, number), i));
      for (const std::uint32_t place : deletion_.kept(texts[i], 0, random)) left.push_back(texts[i][place]);
      EXPECT_EQ(left, thinned[i]) << "batch " << number << ", text " << i;
    }
    ++number;
  }
  EXPECT_EQ(number, 10U);
}

TEST_F(DenoisingReferenceTest, TenStepsAreThoseOfSentenceTransformers) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    models::TrainableModel model = open(isa);
    models::TrainableDecoder decoder(model, 0);
    Pool pool;
    const kernels::Run run{model.kernels(), pool};
    const AdamW rule{.beta2 = 0.999, .epsilon = 1e-8, .decay = 0};
    Optimizer of_model(model.parameters(), rule), of_decoder(decoder.parameters(), rule);
    const auto losses = root_.at("losses").array();
    std::size_t step = 0;
    for (const json::Value& batch : root_.at("batches").array()) {
      TextBatch thinned, targets;
      for (const auto& text : texts_of(batch.at("thinned"))) thinned.add(text);
      autograd::Tape tape(run);
      nn::Masks masks;
      const autograd::Variable loss =
          loss_of(model, decoder, decoder.training(tape, masks), thinned, texts_of(batch.at("texts")), targets);
      EXPECT_NEAR(loss.value().data()[0], losses[step].number(), 1e-5 * losses[step].number()) << "step " << step + 1;
      tape.backward(loss);
      if (step++ == 0) {
        const std::filesystem::path file = kFixture / "gradients.safetensors";
        EXPECT_EQ(expect_gradients(model.parameters(), file, 5e-5) + expect_gradients(decoder.parameters(), file, 5e-5),
                  9U);
      }
      of_model.step(run, root_.at("learning_rate").number(), 1);
      of_decoder.step(run, root_.at("learning_rate").number(), 1);
      model.refresh(run);
      decoder.refresh(run);
    }
    EXPECT_EQ(step, 10U);
  }
}

TEST_F(DenoisingReferenceTest, TheTaskHasTheSameLoss) {
  const std::vector<text::TokenId> ids = texts_of(root_.at("single").at("texts")).front();
  TokenRows rows;
  rows.facts = {.rows = 1, .tokens = {static_cast<std::uint32_t>(ids.size())}, .texts = 1, .sums = {1}, .classes = {}};
  rows.ids = ids;
  rows.begins.push_back(ids.size());
  rows.lines = {1};
  models::TrainableModel model = open(kernels::choose_isa());
  models::TrainableDecoder decoder(model, 0);
  DenoisingTask task(model, decoder, std::span(&rows, 1), deletion_, {.batches = {.batch = 4}, .seed = seed_});
  const std::vector<BatchSize> sizes = task.prepare(std::vector<BatchPlace>{{}});
  EXPECT_EQ(sizes[0].count, ids.size() - 1);
  Pool pool;
  autograd::Tape tape({model.kernels(), pool});
  const double expected = root_.at("single").at("loss").number();
  EXPECT_NEAR(task.loss(tape, 0).value().data()[0], expected, 1e-5 * expected);
}

}  // namespace
}  // namespace mana::train
