#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/json.h"
#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"
#include "tests/support/source_path.h"

/// The folders that sentence-transformers itself has written (tools/golden/sentence_models.py).
namespace mana::formats {
namespace {

using ::testing::ElementsAre;

const std::filesystem::path kFixtures = fixture_path("sentence_models");

const PoolingModule& pooling_of(const SentenceFolder& folder) { return std::get<PoolingModule>(folder.modules.at(0)); }

TEST(SentenceModels, AllAreReadWithTheirWeights) {
  const json::Document expected = json::Document::read(kFixtures / "expected.json");
  const auto models = expected.root().at("models").object();
  EXPECT_GE(models.size(), 20U);
  for (const auto& [name, model] : models) {
    const SentenceFolder folder = read_sentence_folder(kFixtures / name);
    EXPECT_EQ(folder.modules_assumed, name == "no_modules");
    const StoredWeights weights = StoredWeights::open(folder.transformer);
    EXPECT_EQ(weights.files().size(), name == "sharded" ? 3U : 1U);
    const auto embeddings =
        name == "old_names" ? "bert.embeddings.word_embeddings.weight" : "embeddings.word_embeddings.weight";
    EXPECT_EQ(weights.at(embeddings).shape.at(1), 32U) << name;
    for (const SentenceModule& module : folder.modules) {
      if (const auto* dense = std::get_if<DenseModule>(&module)) {
        const Shape shape = {dense->out_features, dense->in_features};
        const StoredWeights own = StoredWeights::open(dense->folder);
        EXPECT_EQ(own.f32("linear.weight", shape).size(), dense->out_features * dense->in_features) << name;
        EXPECT_EQ(own.find("linear.bias") != nullptr, dense->bias) << name;
        EXPECT_EQ(own.find("residual.weight") != nullptr, dense->residual) << name;
      } else if (const auto* norm = std::get_if<LayerNormModule>(&module)) {
        EXPECT_EQ(StoredWeights::open(norm->folder).f32("norm.weight", {norm->dimension}).size(), 32U) << name;
      }
    }
  }
}

TEST(SentenceModels, SayWhatTheyShow) {
  const auto read = [](std::string_view name) { return read_sentence_folder(kFixtures / name); };
  EXPECT_THAT(pooling_of(read("cls")).modes, ElementsAre(PoolingMode::cls));
  EXPECT_THAT(pooling_of(read("weightedmean")).modes, ElementsAre(PoolingMode::weighted_mean));
  EXPECT_THAT(pooling_of(read("concatenated")).modes, ElementsAre(PoolingMode::last_token, PoolingMode::mean));
  EXPECT_THAT(pooling_of(read("older_concatenated")).modes, ElementsAre(PoolingMode::max, PoolingMode::mean_sqrt_len));
  EXPECT_EQ(read("older_concatenated").max_seq_length, 16U);
  EXPECT_EQ(read("older_concatenated").modules.size(), 2U);
  EXPECT_EQ(read("older_dense").modules.size(), 2U);  // without the Dropout
  EXPECT_TRUE(read("older_lower_case").lower_case);
  EXPECT_FALSE(pooling_of(read("prompt_left_out")).include_prompt);
  EXPECT_EQ(pooling_of(read("prompt_left_out")).modes.size(), 6U);
  EXPECT_EQ(read("prompts").prompts.at("query"), "query: ");
  EXPECT_EQ(read("prompts").default_prompt_name, "document");
  EXPECT_EQ(read("prompts").similarity, Similarity::dot);
  EXPECT_EQ(read("truncate_dim").truncate_dim, 8U);
  EXPECT_EQ(std::get<DenseModule>(read("dense_residual").modules.at(1)).activation, Activation::gelu);
  EXPECT_EQ(std::get<DenseModule>(read("dense_tanh").modules.at(1)).activation, Activation::tanh);
}

TEST(SentenceModels, HalfPrecisionIsCloseToTheWholeOne) {
  const Shape shape = {32};
  const auto whole = StoredWeights::open(kFixtures / "mean").f32("embeddings.LayerNorm.weight", shape);
  for (const auto& [name, relative] : {std::pair{"f16", 0x1p-11F}, std::pair{"bf16", 0x1p-8F}}) {
    const auto half = StoredWeights::open(kFixtures / name).f32("embeddings.LayerNorm.weight", shape);
    for (std::size_t i = 0; i < whole.size(); ++i)
      EXPECT_NEAR(half[i], whole[i], std::abs(whole[i]) * relative) << name;
  }
}

}  // namespace
}  // namespace mana::formats
