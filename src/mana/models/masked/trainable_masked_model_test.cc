// An encoder in pre-training: what it reads, says and writes is what transformers does
// (tools/golden/masked_training.py).
#include "mana/models/masked/trainable_masked_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include "mana/autograd/operations.h"
#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

using autograd::Parameter;
using autograd::Tape;
using autograd::Variable;
using kernels::Isa;
using kernels::Precision;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kFixture = fixture_path("masked_training");
const std::filesystem::path kBareEncoder = fixture_path("sentence_models/mean");

TrainableMaskedModel open(const std::filesystem::path& folder, std::optional<bool> next = {}) {
  return {folder, next, 3, Isa::portable, Precision::f32};
}

MaskedModelConfig small() {
  MaskedModelConfig config;
  config.vocabulary = 31;
  config.positions = 12;
  config.types = 2;
  config.model = 16;
  config.inner = 24;
  config.layers = 2;
  config.heads = 2;
  config.hidden_dropout = config.attention_dropout = 0;
  return config;
}

/// Every logit of a text by the model that serves.
std::vector<double> logits_of(const MaskedModel& model, const kernels::Table& table,
                              const std::vector<std::int32_t>& ids) {
  Pool pool;
  const nn::Run run{table, pool};
  const std::array<std::uint32_t, 2> offsets{0, static_cast<std::uint32_t>(ids.size())};
  const Tensor logits = model.words.decoder(
      run, model.words.states(run, model.encoder(run, {.ids = ids, .type_ids = {}, .offsets = offsets})));
  return {logits.data(), logits.data() + logits.rows() * logits.columns()};
}

TEST(MaskedModel, LogitsAreThoseOfTransformers) {
  const json::Document document = json::Document::read(kFixture / "training.json");
  for (const Isa isa : kernels::available_isas()) {
    const kernels::Table& table = kernels::table(isa, Precision::f32);
    const MaskedModel model = load_masked_model(kFixture / "pairs", table.layout);
    for (const json::Value& text : document.root().at("texts").array()) {
      std::vector<std::int32_t> ids;
      for (const json::Value& id : text.at("ids").array()) ids.push_back(static_cast<std::int32_t>(id.integer()));
      const std::vector<double> logits = logits_of(model, table, ids);
      std::size_t i = 0;
      for (const json::Value& row : text.at("logits").array()) {
        for (const json::Value& expected : row.array()) ASSERT_NEAR(logits[i++], expected.number(), 1e-5);
      }
      EXPECT_EQ(i, logits.size());
    }
  }
}

TEST(TrainableMaskedModel, WhatIsWrittenIsWhatWasThere) {
  for (const char* kind : {"pairs", "words"}) {
    const TemporaryFolder folder;
    open(kFixture / kind).save_into(folder.path());
    const auto stored = formats::StoredWeights::open(kFixture / kind),
               written = formats::StoredWeights::open(folder.path());
    ASSERT_EQ(written.tensors().size(), stored.tensors().size());
    for (const auto& [name, tensor] : stored.tensors()) {
      EXPECT_EQ(written.f32(name, tensor.shape), stored.f32(name, tensor.shape)) << name;
    }
    EXPECT_EQ(read_masked_model_config(folder.path()), read_masked_model_config(kFixture / kind));
    const json::Document config = json::Document::read(folder.path() / "config.json");
    EXPECT_EQ(config.root().at("architectures").array().front().string(),
              kind == std::string("pairs") ? "BertForPreTraining" : "BertForMaskedLM");
  }
}

TEST(TrainableMaskedModel, AFreshOneIsDrawnAsInThePaper) {
  MaskedModelConfig config = small();
  config.vocabulary = 3000;
  TrainableMaskedModel model(config, true, 3, Isa::portable, Precision::f32);
  for (const Parameter& parameter : model.parameters()) {
    double sum = 0, squares = 0;
    for (const float value : parameter.values) sum += double{value}, squares += double{value} * double{value};
    const auto count = static_cast<double>(parameter.size());
    if (parameter.rows == 1) {
      EXPECT_EQ(sum / count, parameter.name.ends_with("LayerNorm.weight") ? 1 : 0) << parameter.name;
    } else if (count > 1000) {
      EXPECT_NEAR(std::sqrt(squares / count), 0.02, 1e-3) << parameter.name;
      EXPECT_NEAR(sum / count, 0, 2e-3) << parameter.name;
    }
  }
  TrainableMaskedModel same(config, true, 3, Isa::portable, Precision::f32),
      other(config, true, 4, Isa::portable, Precision::f32);
  EXPECT_TRUE(std::ranges::equal(same.parameters()[0].values, model.parameters()[0].values));
  EXPECT_FALSE(std::ranges::equal(other.parameters()[0].values, model.parameters()[0].values));
}

TEST(TrainableMaskedModel, HeadsThatAreNotThereAreDrawnAndTold) {
  EXPECT_TRUE(open(kFixture / "pairs").drawn().empty());
  EXPECT_TRUE(open(kFixture / "pairs", false).drawn().empty());
  EXPECT_FALSE(open(kFixture / "pairs", false).next_sentence());
  EXPECT_THAT(open(kFixture / "words", true).drawn(),
              ElementsAre("bert.pooler.dense.weight", "bert.pooler.dense.bias", "cls.seq_relationship.weight",
                          "cls.seq_relationship.bias"));
  const TrainableMaskedModel bare = open(kBareEncoder);
  EXPECT_FALSE(bare.next_sentence());
  EXPECT_THAT(bare.drawn(),
              ElementsAre("cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
                          "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias",
                          "cls.predictions.bias"));
}

TEST(TrainableMaskedModel, TheWordTableIsOneDenseParameter) {
  TrainableMaskedModel model(small(), false, 3, Isa::portable, Precision::f32);
  const auto name = "bert.embeddings.word_embeddings.weight";
  EXPECT_EQ(std::ranges::count(model.parameters(), name, &Parameter::name), 1);
  EXPECT_FALSE(std::ranges::find(model.parameters(), name, &Parameter::name)->sparse);
}

TEST(MaskedModel, WhatCannotServeIsRefused) {
  EXPECT_THAT([] { load_masked_model(kBareEncoder, {}); },
              ThrowsMessage<FormatError>(HasSubstr("has no head that says which word is hidden")));
  const TemporaryFolder folder;
  open(kFixture / "words").save_into(folder.path());
  std::ofstream(folder / "config.json") << small().json("BertForMaskedLM");
  EXPECT_THAT([&] { load_masked_model(folder.path(), {}); }, ThrowsMessage<FormatError>(HasSubstr("has shape")));
  EXPECT_THROW(TrainableMaskedModel(small(), true, 1, Isa::portable, Precision::int8), ArgumentError);
}

}  // namespace
}  // namespace mana::models
