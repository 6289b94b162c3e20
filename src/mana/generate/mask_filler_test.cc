// What may stand in the place of hidden words, as transformers' fill-mask has it (tools/golden/masked_training.py).
#include "mana/generate/mask_filler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::generate {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kFixture = fixture_path("masked_training");

TEST(MaskFiller, SaysWhatTransformersSays) {
  const json::Document document = json::Document::read(kFixture / "training.json");
  for (const kernels::Isa isa : kernels::available_isas()) {
    MaskFiller fill(kFixture / "words", isa, kernels::Precision::f32, 1);
    for (const json::Value& text : document.root().at("fill").array()) {
      const auto found = fill(text.at("text").string(), 5);
      const auto masks = text.at("masks").array();
      ASSERT_EQ(found.size(), masks.size());
      for (std::size_t mask = 0; mask < masks.size(); ++mask) {
        const auto expected = masks[mask].array();
        ASSERT_EQ(found[mask].size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
          const Candidate& candidate = found[mask][i];
          EXPECT_EQ(candidate.token, expected[i].at("token").integer());
          EXPECT_NEAR(std::exp(candidate.log_probability), expected[i].at("score").number(), 1e-6);
          const std::vector<text::TokenId> ids = {candidate.token};
          EXPECT_EQ(fill.tokenizer().decode(ids, false), expected[i].at("token_str").string());
        }
      }
    }
  }
}

TEST(MaskFiller, LooksUpNoTypeThatTheTokenizerDoesNotGive) {
  const TemporaryFolder folder;
  std::filesystem::copy(kFixture / "words", folder.path(), std::filesystem::copy_options::recursive);
  const auto replace = [&](const char* name, std::string_view before, std::string_view after) {
    std::string text = read_file(folder / name);
    ASSERT_NE(text.find(before), std::string::npos) << name;
    for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos; at += after.size()) {
      text.replace(at, before.size(), after);
    }
    std::ofstream(folder / name) << text;
  };
  replace("tokenizer_config.json", "\"BertTokenizer\"",
          "\"PreTrainedTokenizerFast\", \"model_input_names\": [\"input_ids\"]");
  replace("tokenizer.json", "\"type_id\": 0", "\"type_id\": 1000000000");
  const auto filled = [](const std::filesystem::path& model) {
    return MaskFiller(model, kernels::Isa::portable, kernels::Precision::f32, 1)("the [MASK]", 3);
  };
  EXPECT_EQ(filled(folder.path()), filled(kFixture / "words"));
}

TEST(MaskFiller, RefusesWhatItCannotFill) {
  MaskFiller fill(kFixture / "words", kernels::Isa::portable, kernels::Precision::f32, 1);
  EXPECT_THAT([&] { fill("the cat", 5); }, ThrowsMessage<ArgumentError>(HasSubstr("write [MASK] in its place")));
  std::string text = "[MASK]";
  for (int i = 0; i < 30; ++i) text += " cat";
  EXPECT_THAT([&] { fill(text, 5); }, ThrowsMessage<ArgumentError>(HasSubstr("the model has 24 positions")));
  EXPECT_EQ(fill("[MASK]", 1000).front().size(), 99U);
}

}  // namespace
}  // namespace mana::generate
