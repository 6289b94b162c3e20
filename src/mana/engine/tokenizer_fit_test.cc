// Where tokenizer and model meet: what their folder's settings make of texts, and ids that the model has no vector for.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/engine/encoder.h"
#include "mana/models/sentence/packed_model.h"
#include "tests/support/source_path.h"

namespace mana::engine {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::ThrowsMessage;

const EncoderOptions kExact{.threads = 1, .precision = kernels::Precision::f32};

/// A copy of a small model whose files may be changed.
class Model {
 public:
  explicit Model(const char* name = "mean") {
    std::filesystem::copy(fixture_path("sentence_models") / name, path(), std::filesystem::copy_options::recursive);
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  template <class Edit>
  Model& edit(const char* name, const Edit& edit) {
    Json json = Json::object();
    if (std::ifstream in(path() / name); in) json = Json::parse(in);
    edit(json);
    std::ofstream(path() / name) << json;
    return *this;
  }
  Model& setting(const char* key, const Json& value) {
    return edit("tokenizer_config.json", [&](Json& config) { config[key] = value; });
  }
  /// PreTrainedTokenizerFast with this post-processor.
  Model& as_it_is(const Json& processor) {
    setting("tokenizer_class", "PreTrainedTokenizerFast");
    return edit("tokenizer.json", [&](Json& json) { json["post_processor"] = processor; });
  }
  std::vector<float> embed(const std::string& text, EncoderOptions options = kExact) const {
    return Encoder(path(), options).embed(text);
  }

 private:
  TemporaryFolder folder_;
};

Json bert_template(int separator, int type = 0) {
  return {{"type", "TemplateProcessing"},
          {"single",
           {{{"SpecialToken", {{"id", "[CLS]"}, {"type_id", 0}}}},
            {{"Sequence", {{"id", "A"}, {"type_id", type}}}},
            {{"SpecialToken", {{"id", "[SEP]"}, {"type_id", type}}}}}},
          {"pair", Json::array()},
          {"special_tokens",
           {{"[CLS]", {{"id", "[CLS]"}, {"ids", {2}}, {"tokens", {"[CLS]"}}}},
            {"[SEP]", {{"id", "[SEP]"}, {"ids", {separator}}, {"tokens", {"[SEP]"}}}}}}};
}

std::string refusal(const Model& model) {
  try {
    model.embed("the cat");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

TEST(TokenizerFit, AnIdBehindTheModelsVectorsIsRefused) {
  EXPECT_THAT(refusal(Model().as_it_is(bert_template(100000))), HasSubstr("the template's token"));
  EXPECT_THAT(
      refusal(Model().edit("tokenizer.json", [](Json& json) { json["post_processor"] = bert_template(100000); })),
      HasSubstr("names a token with the id 100000"));
  EXPECT_THAT(refusal(Model().edit("tokenizer.json", [](Json& json) { json["model"]["vocab"]["cat"] = 5000; })),
              AllOf(HasSubstr("tokenizer.json: the token \"cat\" has the id 5000"), HasSubstr("has vectors for")));
  EXPECT_THAT(refusal(Model().edit("added_tokens.json", [](Json& json) { json["<new>"] = 7; })),
              HasSubstr("the added token \"<new>\""));
  EXPECT_THAT(refusal(Model("vocabulary_file").setting("added_tokens_decoder", {{"9999", {{"content", "<new>"}}}})),
              HasSubstr("the added token \"<new>\""));
}

TEST(TokenizerFit, ATypeOrAPlaceThatTheModelLacksIsRefused) {
  const Json names = {"input_ids", "token_type_ids", "attention_mask"};
  EXPECT_THAT(refusal(Model().as_it_is(bert_template(3, 7)).setting("model_input_names", names)),
              HasSubstr("has the type 7"));
  Json crowded = bert_template(3);
  crowded["special_tokens"]["[SEP]"]["ids"] = Json(std::vector<int>(600, 3));
  EXPECT_THAT(refusal(Model().as_it_is(crowded)), HasSubstr("the special tokens around each are 601"));
}

TEST(TokenizerFit, TypesOfTheTemplateReachTheModelWhereItIsGivenThem) {
  Model model;
  model.as_it_is(bert_template(3, 1));
  const std::vector<float> without = model.embed("the cat");
  EXPECT_EQ(without, Model().embed("the cat"));
  model.setting("model_input_names", {"input_ids", "token_type_ids", "attention_mask"});
  EXPECT_NE(model.embed("the cat"), without);
  const Encoder encoder(model.path(), kExact);
  std::vector<text::TokenId> types;
  encoder.append_types(4, types);
  EXPECT_EQ(types, (std::vector<text::TokenId>{0, 1, 1, 1}));
}

TEST(TokenizerFit, ATextThatIsCutFromTheLeftKeepsItsEnd) {
  Model model;
  model.setting("truncation_side", "left");
  EncoderOptions options = kExact;
  options.max_tokens = 5;
  EXPECT_EQ(model.embed("hello hello hello the cat sat", options), model.embed("the cat sat"));
  EXPECT_NE(Model().embed("hello hello hello the cat sat", options), model.embed("the cat sat"));
}

TEST(TokenizerFit, APromptThatLeavesNoRoomIsNotedOrRefusedWhereItWasAskedFor) {
  Model model("prompt_left_out");
  std::string prompt;
  for (int i = 0; i < 600; ++i) prompt += "the cat ";
  model.edit("config_sentence_transformers.json", [&](Json& config) {
    config["prompts"] = {{"long", prompt}};
    config["default_prompt_name"] = "long";
  });
  EXPECT_EQ(model.embed("hello"), model.embed("world"));  // both are what the model makes of the last token
  EXPECT_GT(std::abs(model.embed("hello")[0]), 0);
  EXPECT_THAT(Encoder(model.path(), kExact).notes(), Contains(HasSubstr("nothing of a text reaches its vector")));
  EncoderOptions asked = kExact;
  asked.prompt = "long";
  EXPECT_THAT([&] { model.embed("hello", asked); }, ThrowsMessage<ArgumentError>(HasSubstr("choose a shorter prompt")));
}

TEST(TokenizerFit, APackedModelKnowsTheSettingsThatItsTokenizerWasMadeOf) {
  Model model;
  model.setting("truncation_side", "left").setting("do_lower_case", false);
  const models::PackTarget target{kernels::choose_isa({}), kernels::Precision::f32};
  models::write_packed_model(model.path(), {&target, 1});
  EncoderOptions options = kExact;
  options.max_tokens = 5;
  EXPECT_TRUE(Encoder(model.path(), options).packed_model());
  EncoderOptions ordinary = options;
  ordinary.use_packed = false;
  const std::string text = "Hello hello the cat Sat";
  EXPECT_EQ(model.embed(text, options), model.embed(text, ordinary));
  model.edit("special_tokens_map.json", [](Json& map) { map["mask_token"] = "[MASK]"; });
  EXPECT_FALSE(Encoder(model.path(), options).packed_model());
  EXPECT_THAT(Encoder(model.path(), options).packed_model_note(), HasSubstr("write it again"));
}

}  // namespace
}  // namespace mana::engine
