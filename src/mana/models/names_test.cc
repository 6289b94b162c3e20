// A family's table of names: every part finds its tensors, every tensor its part, however a checkpoint spells them.
#include "mana/models/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/models/bert/names.h"
#include "mana/models/families.h"

namespace mana::models {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_of_tensors(const std::vector<PartTensor>& tensors) {
  std::vector<std::string> names;
  for (const PartTensor& tensor : tensors) names.push_back(tensor.name);
  return names;
}

nn::Linear linear(std::size_t outputs, std::size_t inputs, bool bias) {
  return {kernels::MatrixWeights(outputs, inputs, {}), bias};
}

TEST(NameTable, ListsOfEachMapOfAProductItsWeightThenItsBias) {
  nn::Linear qkv = linear(12, 8, true);
  qkv.stacked = {8, 2, 2};  // heads may share keys
  const std::vector<PartTensor> tensors = kBertNames.tensors("layers.11.attend.query_key_value", qkv);
  const std::string of = "encoder.layer.11.attention.self.";
  EXPECT_THAT(names_of_tensors(tensors), ElementsAre(of + "query.weight", of + "query.bias", of + "key.weight",
                                                     of + "key.bias", of + "value.weight", of + "value.bias"));
  EXPECT_EQ(tensors[0].shape, (formats::Shape{8, 8}));
  EXPECT_EQ(tensors[4].shape, (formats::Shape{2, 8}));
  EXPECT_EQ(tensors[5].shape, (formats::Shape{2}));
  EXPECT_FALSE(tensors[4].bias);
  EXPECT_TRUE(tensors[5].bias);
}

TEST(NameTable, HasNoTensorForABiasOrShiftThatIsNotThere) {
  EXPECT_THAT(names_of_tensors(kBertNames.tensors("layers.0.attend.output", linear(4, 4, false))),
              ElementsAre("encoder.layer.0.attention.output.dense.weight"));
  nn::LayerNorm norm{std::vector<float>(4), std::vector<float>(4)};
  EXPECT_EQ(kBertNames.tensors("embeddings.norm", norm).size(), 2);
  norm.shift = false;
  EXPECT_THAT(names_of_tensors(kBertNames.tensors("embeddings.norm", norm)),
              ElementsAre("embeddings.LayerNorm.weight"));
}

TEST(NameTable, ATensorMayHaveARowOfItsOwn) {
  static constexpr PartNames kParts[] = {{"word", {"embeddings.word_embeddings"}},
                                         {"decoder.weight", {"embeddings.word_embeddings.weight"}},
                                         {"decoder.bias", {"cls.predictions.bias"}}};
  constexpr NameTable kNames(kParts, "bert.");
  EXPECT_THAT(names_of_tensors(kNames.tensors("decoder", linear(9, 4, true))),
              ElementsAre("embeddings.word_embeddings.weight", "cls.predictions.bias"));
  EXPECT_EQ(kNames.part("cls.predictions.bias"), "decoder");
  EXPECT_EQ(kNames.part("embeddings.word_embeddings.weight"), "word") << "the first of those that are tied";
}

TEST(NameTable, APartThatItLacksIsAnError) {
  EXPECT_THROW(kBertNames.tensors("layers.0.attend.gate", linear(4, 4, true)), std::out_of_range);
}

TEST(NameTable, FindsThePartOfATensor) {
  EXPECT_EQ(kBertNames.part("bert.encoder.layer.3.attention.self.key.bias"), "layers.3.attend.query_key_value");
  EXPECT_EQ(kBertNames.part("encoder.layer.12.output.LayerNorm.gamma"), "layers.12.feed_norm");
  for (const char* other : {"pooler.dense.weight", "encoder.layer.x.output.dense.weight", "encoder.layer.3.output",
                            "embeddings.position_ids", "word_embeddings.weight", ""}) {
    EXPECT_EQ(kBertNames.part(other), std::nullopt) << other;
  }
  EXPECT_TRUE(kBertNames.is_of_the_encoder("bert.encoder.layer.99.anything.new"));
  EXPECT_TRUE(kBertNames.is_of_the_encoder("embeddings.position_ids"));
  EXPECT_FALSE(kBertNames.is_of_the_encoder("pooler.dense.weight"));
  EXPECT_FALSE(kBertNames.is_of_the_encoder("embeddings"));
}

TEST(NameTable, FindsTheNumberOfALayer) {
  const std::string tensor = "bert.encoder.layer.11.anything.weight";
  const auto layer = kBertNames.layer(tensor);
  ASSERT_TRUE(layer);
  EXPECT_EQ(layer->number, 11);
  EXPECT_EQ(tensor.substr(layer->begin, layer->end - layer->begin), "11");
  EXPECT_FALSE(kBertNames.layer("embeddings.LayerNorm.weight"));
  EXPECT_FALSE(kBertNames.layer("encoder.layer.x.weight"));
}

/// Both ways: what the table calls the tensors of a part belongs to that part again, and no two parts share a tensor.
template <class... Encoders>
void check_every_family(FamilyList<Encoders...>) {
  const auto check = [](const auto& config) {
    std::vector<std::string> all;
    const TextEncoder encoder = make_encoder(config, {}, {});
    const NameTable& names = config.names();
    nn::walk(encoder, [&](const nn::Place& place, const auto& part) {
      EXPECT_NE(names.shown(place.name), "") << place.name;
      for (const PartTensor& tensor : names.tensors(place.name, part)) {
        EXPECT_EQ(names.part(tensor.name), place.name) << tensor.name;
        EXPECT_TRUE(names.is_of_the_encoder(tensor.name)) << tensor.name;
        EXPECT_EQ(names.layer(tensor.name).has_value(), place.depth > 0) << tensor.name;
        all.push_back(tensor.name);
      }
    });
    std::ranges::sort(all);
    EXPECT_TRUE(std::ranges::adjacent_find(all) == all.end());
  };
  const auto check_family = [&]<class Config>(Config config) {
    config.vocabulary = config.positions = config.types = config.model = config.inner = config.heads = 4;
    config.layers = 12;
    check(config);
  };
  (check_family(typename Encoders::Config()), ...);
}

TEST(Families, NameEveryTensorOfTheirsBothWays) { check_every_family(Families()); }

TEST(Families, AnotherOneIsRefusedByName) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& config) {
    AtomicFile file(folder.path() / "config.json");
    file.write(config);
    file.commit();
    try {
      read_encoder_config(folder.path());
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refused(R"({"model_type": "megatron"})"),
              testing::EndsWith("model_type is 'megatron'; only 'bert' is supported"));
  EXPECT_THAT(refused("{}"), testing::HasSubstr("model_type"));
}

/// A checkpoint with vectors of these names.
std::string spelled(const std::vector<std::string>& there, const std::string& wanted) {
  const TemporaryFolder folder;
  const std::vector<float> value = {1};
  std::vector<formats::TensorToWrite> tensors;
  for (const std::string& name : there) tensors.push_back({name, DType::f32, {1}, std::as_bytes(std::span(value))});
  formats::write_safetensors(folder.path() / "model.safetensors", tensors);
  return kBertNames.name_in(formats::StoredWeights::open(folder.path()), wanted);
}

TEST(NameTable, KnowsHowACheckpointSpellsATensor) {
  const std::string norm = "embeddings.LayerNorm.bias", words = "embeddings.word_embeddings.weight";
  EXPECT_EQ(spelled({words, norm}, norm), norm);
  EXPECT_EQ(spelled({words, "embeddings.LayerNorm.beta"}, norm), "embeddings.LayerNorm.beta");
  EXPECT_EQ(spelled({"bert." + words, "bert." + norm}, norm), "bert." + norm);
  EXPECT_EQ(spelled({"bert." + words, "bert.embeddings.LayerNorm.beta"}, norm), "bert.embeddings.LayerNorm.beta");
  EXPECT_EQ(spelled({"bert." + words}, norm), "bert." + norm) << "the name that it lacks";
}

}  // namespace
}  // namespace mana::models
