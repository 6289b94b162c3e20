#include "mana/formats/sentence_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

void save(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::string entry(std::string_view path, std::string_view type) {
  return fmt::format(R"({{"idx": 0, "name": "x", "path": "{}", "type": "{}"}})", path, type);
}

/// modules.json of these entries.
std::string json_list(const std::vector<std::string>& entries) { return fmt::format("[{}]", fmt::join(entries, ", ")); }

constexpr std::string_view kOld = "sentence_transformers.models.";
constexpr std::string_view kTransformer = "sentence_transformers.models.Transformer";
constexpr std::string_view kPooling = "sentence_transformers.models.Pooling";

/// A folder of a Transformer and mean pooling, and then whatever a test adds or changes.
class SentenceFolderTest : public ::testing::Test {
 protected:
  SentenceFolderTest() {
    list({});
    save(folder_ / "1_Pooling" / "config.json", R"({"word_embedding_dimension": 8, "pooling_mode_mean_tokens": true})");
  }

  /// modules.json: Transformer, Pooling, and more modules (path, class) of the older schema.
  void list(const std::vector<std::pair<std::string, std::string>>& more) {
    std::vector<std::string> entries = {entry("", kTransformer), entry("1_Pooling", kPooling)};
    for (const auto& [path, type] : more) entries.push_back(entry(path, fmt::format("{}{}", kOld, type)));
    save(folder_ / "modules.json", json_list(entries));
  }

  SentenceFolder read() const { return read_sentence_folder(folder_.path()); }

  std::string refusal() const {
    try {
      read();
    } catch (const FormatError& error) {
      return error.what();
    }
    return "accepted";
  }

  PoolingModule pooling(std::string_view config) const {
    save(folder_ / "1_Pooling" / "config.json", config);
    return std::get<PoolingModule>(read().modules.at(0));
  }

  std::string pooling_refusal(std::string_view config) const {
    save(folder_ / "1_Pooling" / "config.json", config);
    return refusal();
  }

  TemporaryFolder folder_;
};

TEST_F(SentenceFolderTest, ReadsAStaticEmbeddingWithTheTruncationOfItsTokenizer) {
  const std::string module = entry(".", "sentence_transformers.models.StaticEmbedding");
  save(folder_ / "modules.json", json_list({module, entry("1_Normalize", "sentence_transformers.models.Normalize")}));
  save(folder_ / "tokenizer.json", R"({"truncation": null})");
  EXPECT_FALSE(read().contextual);
  EXPECT_EQ(read().modules.size(), 1U);
  EXPECT_FALSE(read().max_seq_length);
  save(folder_ / "tokenizer.json", R"({"truncation": {"direction": "Right", "max_length": 12}})");
  EXPECT_EQ(read().max_seq_length, 12U);
  save(folder_ / "tokenizer.json", R"({"truncation": {"direction": "Left", "max_length": 12}})");
  EXPECT_EQ(read().max_seq_length, 12U);
  save(folder_ / "modules.json", json_list({module, entry("1_Pooling", kPooling)}));
  EXPECT_THAT(refusal(), HasSubstr("none a StaticEmbedding"));
}

TEST_F(SentenceFolderTest, ReadsTheOlderSchema) {
  list({{"2_Dense", "Dense"}, {"3_LayerNorm", "LayerNorm"}, {"4_Dropout", "Dropout"}, {"5_Normalize", "Normalize"}});
  save(
      folder_ / "2_Dense" / "config.json",
      R"({"in_features": 8, "out_features": 4, "bias": false, "activation_function": "torch.nn.modules.linear.Identity"})");
  save(folder_ / "3_LayerNorm" / "config.json", R"({"dimension": 4})");
  save(folder_ / "sentence_bert_config.json", R"({"max_seq_length": 256, "do_lower_case": true})");
  save(folder_ / "config_sentence_transformers.json",
       R"({"__version__": {"sentence_transformers": "2.0.0"}, "prompts": {"query": "find: "},
           "default_prompt_name": "query", "similarity_fn_name": "dot", "truncate_dim": 3})");
  const SentenceFolder folder = read();
  EXPECT_EQ(folder.folder, folder_.path());
  EXPECT_EQ(folder.transformer, folder_.path());
  EXPECT_FALSE(folder.modules_assumed);
  EXPECT_EQ(folder.max_seq_length, 256U);
  EXPECT_TRUE(folder.lower_case);
  EXPECT_THAT(folder.prompts, ElementsAre(Pair("document", ""), Pair("query", "find: ")));
  EXPECT_EQ(folder.default_prompt_name, "query");
  EXPECT_EQ(folder.truncate_dim, 3U);
  EXPECT_EQ(folder.similarity, Similarity::dot);

  ASSERT_EQ(folder.modules.size(), 4U);
  const auto& pooling = std::get<PoolingModule>(folder.modules[0]);
  EXPECT_THAT(pooling.modes, ElementsAre(PoolingMode::mean));
  EXPECT_TRUE(pooling.include_prompt);
  EXPECT_EQ(pooling.dimension, 8U);
  const auto& dense = std::get<DenseModule>(folder.modules[1]);
  EXPECT_EQ(dense.folder, folder_ / "2_Dense");
  EXPECT_EQ(dense.in_features, 8U);
  EXPECT_EQ(dense.out_features, 4U);
  EXPECT_FALSE(dense.bias);
  EXPECT_EQ(dense.activation, Activation::identity);
  EXPECT_FALSE(dense.residual);
  const auto& norm = std::get<LayerNormModule>(folder.modules[2]);
  EXPECT_EQ(norm.folder, folder_ / "3_LayerNorm");
  EXPECT_EQ(norm.dimension, 4U);
  EXPECT_TRUE(std::holds_alternative<NormalizeModule>(folder.modules[3]));
}

TEST_F(SentenceFolderTest, ReadsTheNewerSchema) {
  save(folder_ / "modules.json",
       json_list({entry("", "sentence_transformers.base.modules.transformer.Transformer"),
                  entry("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
                  entry("2_Normalize", "sentence_transformers.base.modules.normalize.Normalize")}));
  save(folder_ / "1_Pooling" / "config.json",
       R"({"embedding_dimension": 8, "pooling_mode": ["lasttoken", "cls"], "include_prompt": false})");
  save(folder_ / "2_Normalize" / "config.json",
       R"({"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"})");
  save(folder_ / "sentence_bert_config.json",
       R"({"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
           "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}})");
  save(
      folder_ / "config_sentence_transformers.json",
      R"({"model_type": "SentenceTransformer", "prompts": {"query": null, "document": "d"}, "default_prompt_name": null,
           "similarity_fn_name": "manhattan"})");
  const SentenceFolder folder = read();
  ASSERT_EQ(folder.modules.size(), 2U);
  const auto& pooling = std::get<PoolingModule>(folder.modules[0]);
  EXPECT_THAT(pooling.modes, ElementsAre(PoolingMode::last_token, PoolingMode::cls));
  EXPECT_FALSE(pooling.include_prompt);
  EXPECT_FALSE(folder.max_seq_length);
  EXPECT_FALSE(folder.lower_case);
  EXPECT_FALSE(folder.default_prompt_name);
  EXPECT_FALSE(folder.truncate_dim);
  EXPECT_THAT(folder.prompts, ElementsAre(Pair("document", "d"), Pair("query", "")));
  EXPECT_EQ(folder.similarity, Similarity::manhattan);
}

TEST_F(SentenceFolderTest, WithoutModulesMeanPoolingIsAssumed) {
  std::filesystem::remove(folder_ / "modules.json");
  save(folder_ / "sentence_bert_config.json", R"({"max_seq_length": 5})");
  const SentenceFolder folder = read();
  EXPECT_TRUE(folder.modules_assumed);
  ASSERT_EQ(folder.modules.size(), 1U);
  EXPECT_THAT(std::get<PoolingModule>(folder.modules[0]).modes, ElementsAre(PoolingMode::mean));
  EXPECT_FALSE(folder.max_seq_length);  // the reference does not look at it then
}

TEST_F(SentenceFolderTest, TheTransformerMayHaveItsOwnFolder) {
  save(folder_ / "modules.json", json_list({entry("0_Transformer", kTransformer), entry("1_Pooling", kPooling)}));
  save(folder_ / "0_Transformer" / "sentence_roberta_config.json", R"({"max_seq_length": 77})");
  EXPECT_EQ(read().transformer, folder_ / "0_Transformer");
  EXPECT_EQ(read().max_seq_length, 77U);
}

TEST_F(SentenceFolderTest, FlagsAreConcatenatedInOneOrder) {
  EXPECT_THAT(pooling(R"({"pooling_mode_lasttoken": true, "pooling_mode_weightedmean_tokens": true,
                          "pooling_mode_mean_sqrt_len_tokens": true, "pooling_mode_mean_tokens": true,
                          "pooling_mode_max_tokens": true, "pooling_mode_cls_token": true})")
                  .modes,
              ElementsAre(PoolingMode::cls, PoolingMode::max, PoolingMode::mean, PoolingMode::mean_sqrt_len,
                          PoolingMode::weighted_mean, PoolingMode::last_token));
  EXPECT_THAT(pooling(R"({"pooling_mode_cls_token": false})").modes, ElementsAre(PoolingMode::mean));
  EXPECT_THAT(pooling("{}").modes, ElementsAre(PoolingMode::mean));
}

TEST_F(SentenceFolderTest, ANamedModeGoesBeforeFlags) {
  EXPECT_THAT(pooling(R"({"pooling_mode": "max", "pooling_mode_cls_token": true})").modes,
              ElementsAre(PoolingMode::max));
}

TEST_F(SentenceFolderTest, RefusesUnknownPooling) {
  EXPECT_THAT(pooling_refusal(R"({"pooling_mode": "attention"})"),
              HasSubstr("pooling_mode is not known: there is no pooling mode attention; the modes are cls, max"));
  EXPECT_THAT(pooling_refusal(R"({"pooling_mode": ["mean", "sum"]})"), HasSubstr("pooling_mode[1] is not known"));
  EXPECT_THAT(pooling_refusal(R"({"pooling_mode": []})"), HasSubstr("must name at least one mode"));
  EXPECT_THAT(pooling_refusal(R"({"pooling_mode": 3})"), HasSubstr("pooling_mode must be a list"));
  EXPECT_THAT(pooling_refusal(R"({"pooling_mode_attention": true})"), HasSubstr("pooling_mode_attention is not known"));
  EXPECT_THAT(pooling_refusal(R"({"pooling_mode_cls_token": "yes"})"), HasSubstr("must be true or false"));
  EXPECT_THAT(pooling_refusal(R"({"embedding_dimension": 0})"), HasSubstr("embedding_dimension is 0"));
  EXPECT_THAT(pooling_refusal("[]"), HasSubstr("must be an object"));
}

TEST_F(SentenceFolderTest, ReadsEveryActivation) {
  list({{"2_Dense", "Dense"}});
  const auto activation = [&](std::string_view name) {
    save(folder_ / "2_Dense" / "config.json",
         fmt::format(R"({{"in_features": 8, "out_features": 4, "use_residual": true, "later": 1,
                         "activation_function": "{}"}})",
                     name));
    const SentenceFolder folder = read();
    EXPECT_TRUE(std::get<DenseModule>(folder.modules.at(1)).residual);
    return std::get<DenseModule>(folder.modules.at(1)).activation;
  };
  EXPECT_EQ(activation("torch.nn.modules.activation.Tanh"), Activation::tanh);
  EXPECT_EQ(activation("torch.nn.Identity"), Activation::identity);
  EXPECT_EQ(activation("torch.nn.modules.activation.ReLU"), Activation::relu);
  EXPECT_EQ(activation("torch.nn.modules.activation.GELU"), Activation::gelu);
  EXPECT_EQ(activation("torch.nn.modules.activation.Sigmoid"), Activation::sigmoid);
  EXPECT_EQ(activation("torch.nn.modules.activation.SiLU"), Activation::silu);
}

TEST_F(SentenceFolderTest, RefusesAnUnknownDense) {
  list({{"2_Dense", "Dense"}});
  const auto dense_refusal = [&](std::string_view config) {
    save(folder_ / "2_Dense" / "config.json", config);
    return refusal();
  };
  EXPECT_EQ(dense_refusal(R"({"in_features": 8, "out_features": 4})"), "accepted");
  EXPECT_THAT(
      dense_refusal(
          R"({"in_features": 8, "out_features": 4, "activation_function": "torch.nn.modules.activation.Mish"})"),
      HasSubstr("is torch.nn.modules.activation.Mish; this activation is not supported"));
  EXPECT_THAT(dense_refusal(R"({"in_features": 8, "out_features": 4, "activation_function": "my_code.Tanh"})"),
              HasSubstr("is my_code.Tanh; this activation"));
  EXPECT_THAT(dense_refusal(R"({"in_features": 8, "out_features": 4, "activation_function": null})"),
              HasSubstr("activation_function must name a class"));
  EXPECT_THAT(dense_refusal(R"({"in_features": 8, "out_features": 4, "module_input_name": "token_embeddings"})"),
              HasSubstr("module_input_name is token_embeddings; only sentence_embedding is supported"));
  EXPECT_THAT(dense_refusal(R"({"out_features": 4})"), HasSubstr("in_features is missing"));
  EXPECT_THAT(dense_refusal(R"({"in_features": -8, "out_features": 4})"), HasSubstr("in_features is -8"));
  EXPECT_THAT(dense_refusal(R"({"in_features": 8, "out_features": 536870912})"),
              HasSubstr("out_features is 536870912"));
  EXPECT_THAT(dense_refusal(R"({"in_features": 8e30, "out_features": 4})"),
              HasSubstr("in_features must be an integer"));
}

TEST_F(SentenceFolderTest, RefusesModulesItDoesNotKnow) {
  const auto type_refusal = [&](std::string_view type) {
    save(folder_ / "modules.json",
         json_list({entry("", kTransformer), entry("1_Pooling", kPooling), entry("2", type)}));
    return refusal();
  };
  EXPECT_THAT(type_refusal("sentence_transformers.models.CNN"),
              HasSubstr("[2].type is sentence_transformers.models.CNN; this module is not supported"));
  EXPECT_THAT(type_refusal("my_model.Normalize"), HasSubstr("is my_model.Normalize; a class from outside"));
  EXPECT_THAT(type_refusal("sentence_transformersX.models.Normalize"), HasSubstr("a class from outside"));
  EXPECT_THAT(type_refusal("Normalize"), HasSubstr("a class from outside"));
  EXPECT_THAT(type_refusal(""), HasSubstr("a class from outside"));
}

TEST_F(SentenceFolderTest, RefusesModulesInAnOrderThatCannotRun) {
  const auto order_refusal = [&](const std::vector<std::string>& types) {
    std::vector<std::string> entries;
    for (const auto& type : types) entries.push_back(entry("1_Pooling", fmt::format("{}{}", kOld, type)));
    save(folder_ / "modules.json", json_list(entries));
    return refusal();
  };
  EXPECT_THAT(order_refusal({}), HasSubstr("must list a Transformer and a Pooling"));
  EXPECT_THAT(order_refusal({"Transformer"}), HasSubstr("must list a Transformer and a Pooling"));
  EXPECT_THAT(order_refusal({"Pooling"}), HasSubstr("[0] does not fit: a Transformer or StaticEmbedding comes first"));
  EXPECT_THAT(order_refusal({"Transformer", "Normalize"}), HasSubstr("[1] does not fit: one Pooling follows"));
  EXPECT_THAT(order_refusal({"Transformer", "Pooling", "Pooling"}), HasSubstr("[2] does not fit: one Pooling"));
  EXPECT_THAT(order_refusal({"Transformer", "Pooling", "Transformer"}),
              HasSubstr("[2] does not fit: a Transformer or"));
}

TEST_F(SentenceFolderTest, ModulesStayInsideTheFolder) {
  for (const std::string_view path : {"../x", "/etc", "a/../../x", "..", R"(..\\x)", R"(a\u0000b)"}) {
    save(folder_ / "modules.json", json_list({entry("", kTransformer), entry(path, kPooling)}));
    EXPECT_THAT(refusal(), HasSubstr("which is not inside the folder")) << path;
  }
  EXPECT_THAT(refusal(), HasSubstr("is a\\x00b, which"));
}

TEST_F(SentenceFolderTest, RefusesOtherKindsOfModels) {
  const auto config_refusal = [&](std::string_view config) {
    save(folder_ / "config_sentence_transformers.json", config);
    return refusal();
  };
  EXPECT_THAT(config_refusal(R"({"model_type": "SparseEncoder"})"), HasSubstr("model_type is SparseEncoder; only"));
  EXPECT_THAT(config_refusal(R"({"similarity_fn_name": "maxsim"})"), HasSubstr("is maxsim, which is not supported"));
  EXPECT_THAT(config_refusal(R"({"default_prompt_name": "passage"})"), HasSubstr("is passage, which is none of"));
  EXPECT_EQ(config_refusal(R"({"default_prompt_name": "query"})"), "accepted");
  EXPECT_THAT(config_refusal(R"({"prompts": {"query": 1}})"), HasSubstr("prompts.query must be a string"));
  EXPECT_THAT(config_refusal(R"({"truncate_dim": 0})"), HasSubstr("truncate_dim is 0"));
  EXPECT_THAT(config_refusal("{"), HasSubstr("not valid JSON"));
}

TEST_F(SentenceFolderTest, RefusesTransformersThatComputeSomethingElse) {
  const auto transformer_refusal = [&](std::string_view config) {
    save(folder_ / "sentence_bert_config.json", config);
    return refusal();
  };
  EXPECT_EQ(transformer_refusal(R"({"max_seq_length": null, "model_args": {"dtype": "float32"}})"), "accepted");
  EXPECT_THAT(transformer_refusal(R"({"transformer_task": "fill-mask"})"), HasSubstr("transformer_task is fill-mask"));
  EXPECT_THAT(transformer_refusal(
                  R"({"modality_config": {"text": {"method": "forward", "method_output_name": "pooler_output"}}})"),
              HasSubstr("modality_config.text.method_output_name is pooler_output"));
  EXPECT_THAT(transformer_refusal(R"({"modality_config": {"image": {}}})"),
              HasSubstr("modality_config.text is missing"));
  EXPECT_THAT(transformer_refusal(R"({"processing_kwargs": {"text": {"max_length": 5}}})"),
              HasSubstr("processing_kwargs is not supported"));
  EXPECT_THAT(transformer_refusal(R"({"max_seq_length": -1})"), HasSubstr("max_seq_length is -1"));
  EXPECT_THAT(transformer_refusal(R"({"max_seq_len": 12})"), HasSubstr("max_seq_len is not known for a Transformer"));
  EXPECT_THAT(transformer_refusal(R"({"query_length": 12})"), HasSubstr("query_length is not supported"));
  EXPECT_THAT(transformer_refusal(R"({"tokenizer_args": {"do_lower_case": false}})"),
              HasSubstr("tokenizer_args.do_lower_case is not supported"));
  EXPECT_THAT(transformer_refusal(R"({"config_kwargs": {"num_hidden_layers": 1}})"), HasSubstr("is not supported"));
  save(folder_ / "sentence_bert_config.json",
       R"({"max_seq_length": 12, "processor_kwargs": {"model_max_length": 9, "trust_remote_code": true}})");
  EXPECT_EQ(read().max_seq_length, 9U);
}

TEST_F(SentenceFolderTest, ANormalizeOfTokensIsRefused) {
  list({{"2_Normalize", "Normalize"}});
  EXPECT_EQ(refusal(), "accepted");  // its folder may be missing
  save(folder_ / "2_Normalize" / "config.json", R"({"module_input_name": "token_embeddings"})");
  EXPECT_THAT(refusal(), HasSubstr("module_input_name is token_embeddings"));
}

TEST_F(SentenceFolderTest, NamesMissingFiles) {
  EXPECT_THAT([&] { read_sentence_folder(folder_ / "none"); },
              ThrowsMessage<IoError>(HasSubstr("there is no model folder")));
  EXPECT_THROW(read_sentence_folder(folder_ / "modules.json"), IoError);
  std::filesystem::remove_all(folder_ / "1_Pooling");
  EXPECT_THAT([&] { read(); }, ThrowsMessage<IoError>(HasSubstr("1_Pooling/config.json")));
}

TEST(Names, OfModesComeBack) {
  for (const PoolingMode mode : {PoolingMode::cls, PoolingMode::max, PoolingMode::mean, PoolingMode::mean_sqrt_len,
                                 PoolingMode::weighted_mean, PoolingMode::last_token}) {
    EXPECT_EQ(pooling_mode(name_of(mode)), mode);
  }
  EXPECT_THROW(pooling_mode("Mean"), ArgumentError);
  EXPECT_THAT(name_of(Similarity::euclidean), StrEq("euclidean"));
  EXPECT_THAT(name_of(Activation::silu), StrEq("silu"));
}

}  // namespace
}  // namespace mana::formats
