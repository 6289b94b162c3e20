#include "mana/formats/lora_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "mana/base/errors.h"

namespace mana::formats {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

LoraConfig parse(const std::string& members) {
  return parse_lora_config(
      json::Document::parse(R"({"peft_type": "LORA")" + members + "}", "adapter_config.json").root());
}

constexpr std::string_view kQuery = "encoder.layer.1.attention.self.query";

TEST(LoraConfig, ScalesByItsRank) {
  EXPECT_EQ(parse(R"(, "r": 4, "lora_alpha": 6)").scaling(kQuery), 1.5);
  EXPECT_EQ(parse(R"(, "r": 4, "lora_alpha": 6, "use_rslora": true)").scaling(kQuery), 3);
  EXPECT_EQ(parse("").scaling(kQuery), 1) << "8 and 8, as in PEFT";
}

TEST(LoraConfig, LayersMayHaveTheirOwnRanks) {
  const LoraConfig lora = parse(
      R"(, "r": 4, "lora_alpha": 8, "rank_pattern": {"layer.1.*query": 2, "query": 3}, "alpha_pattern": {"query": 12})");
  EXPECT_EQ(lora.rank(kQuery), 2U) << "the first that fits";
  EXPECT_EQ(lora.scaling(kQuery), 6);
  EXPECT_EQ(lora.rank("encoder.layer.0.attention.self.query"), 3U);
  EXPECT_EQ(lora.rank("encoder.layer.0.attention.self.value"), 4U);
}

TEST(LoraConfig, KnowsItsLayers) {
  EXPECT_TRUE(parse(R"(, "target_modules": ["query"])").targets(kQuery));
  EXPECT_FALSE(parse(R"(, "target_modules": ["uery"])").targets(kQuery));
  EXPECT_TRUE(parse(R"(, "target_modules": "All-Linear")").targets(kQuery));
  EXPECT_FALSE(parse(R"(, "target_modules": "query")").targets(kQuery)) << "a regular expression of the whole name";
  EXPECT_FALSE(parse(R"(, "target_modules": ["query"], "exclude_modules": ["self.query"])").targets(kQuery));
  EXPECT_FALSE(parse(R"(, "target_modules": ["query"], "layers_to_transform": [0, 2])").targets(kQuery));
  EXPECT_TRUE(parse(R"(, "target_modules": ["query"], "layers_to_transform": 1)").targets(kQuery));
}

TEST(LoraConfig, RefusesByNameWhatItCannotDo) {
  const auto refuses = [](const std::string& members, const std::string& what) {
    EXPECT_THAT([&] { parse(members); }, ThrowsMessage<FormatError>(HasSubstr(what))) << members;
  };
  refuses(R"(, "use_dora": true)", "use_dora is not supported");
  refuses(R"(, "init_lora_weights": "pissa_niter_4")", "init_lora_weights is pissa_niter_4");
  refuses(R"(, "layer_replication": [[0, 2]])", "layer_replication is not supported");
  refuses(R"(, "trainable_token_indices": [5])", "trainable_token_indices is not supported");
  refuses(R"(, "method_of_the_future": {"on": true})", "method_of_the_future is not supported");
  refuses(R"(, "bias": "some")", "bias is some");
  refuses(R"(, "r": 0)", "r is 0");
  refuses(R"(, "rank_pattern": {"(": 2})", "a regular expression that is not understood");
  EXPECT_NO_THROW(
      parse(R"(, "use_dora": false, "loftq_config": {}, "init_lora_weights": true, "method_of_the_future": null)"));
  EXPECT_THAT([] { parse_lora_config(json::Document::parse(R"({"peft_type": "IA3"})", "c").root()); },
              ThrowsMessage<FormatError>(HasSubstr("peft_type is IA3; only LORA is supported")));
}

}  // namespace
}  // namespace mana::formats
