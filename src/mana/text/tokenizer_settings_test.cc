#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/test_folder.h"
#include "mana/text/tokenizer.h"

// What is expected was asked of transformers 5.23.0.
namespace mana::text {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

using Folder = TestFolder;

std::vector<std::string> tokens(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options = {}) {
  std::vector<std::string> result;
  for (const TokenId id : tokenizer.encode(text, options).ids) result.emplace_back(tokenizer.token(id));
  return result;
}

const std::string kVocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nHello\nworld\n##s\n<s>\n</s>\ne\né\n[\n]\na\nb\n";  // 17
const std::string kBert = R"({"model_type": "bert"})";

// A file with the stages of a cased BERT and a vocabulary like that of kVocabulary.
std::string stages(const std::string& added = "[]", const std::string& more = "") {
  return fmt::format(
      R"({{"version":"1.0","added_tokens":{},{}"normalizer":{{"type":"BertNormalizer","clean_text":true,
      "handle_chinese_chars":true,"strip_accents":null,"lowercase":false}},"pre_tokenizer":{{"type":"BertPreTokenizer"}},
      "post_processor":{{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}},"decoder":null,
      "model":{{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
      "vocab":{{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"hello":5,"Hello":6,"world":7}}}}}})",
      added, more);
}
std::string config(const std::string& entries) { return "{" + entries + "}"; }
std::string added(const std::string& content, int id, const std::string& flags = "") {
  return fmt::format(R"({{"id":{},"content":"{}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,
                     "special":false{}}})",
                     id, content, flags);
}

TEST(TokenizerClass, OfBertLetsTheSettingsDecideAndNotTheFile) {
  const Folder silent{{"config.json", kBert}, {"tokenizer.json", stages()}};
  EXPECT_THAT(tokens(silent.load(), "Hello"), ElementsAre("[CLS]", "hello", "[SEP]"));
  EXPECT_THAT(silent.load().notes(), ElementsAre(HasSubstr("do_lower_case"), HasSubstr("strip_accents")));
  for (const char* name : {"BertTokenizer", "BertTokenizerFast", "DistilBertTokenizerFast", "ElectraTokenizer"}) {
    const Folder cased{
        {"config.json", kBert},
        {"tokenizer.json", stages()},
        {"tokenizer_config.json", config(fmt::format(R"("do_lower_case": false, "tokenizer_class": "{}")", name))}};
    EXPECT_THAT(tokens(cased.load(), "Hello"), ElementsAre("[CLS]", "Hello", "[SEP]")) << name;
    EXPECT_THAT(cased.load().notes(), IsEmpty());
  }
}

TEST(TokenizerClass, OfAnyStagesTakesTheFileAsItIs) {
  for (const char* name : {"PreTrainedTokenizerFast", "TokenizersBackend", "PreTrainedTokenizer", "OurOwnTokenizer"}) {
    const Folder folder{
        {"config.json", kBert},
        {"tokenizer.json", stages()},
        {"tokenizer_config.json", config(fmt::format(R"("do_lower_case": true, "tokenizer_class": "{}")", name))}};
    EXPECT_THAT(tokens(folder.load(), "Hello"), ElementsAre("[CLS]", "Hello", "[SEP]")) << name;
  }
  EXPECT_THAT(tokens(Folder{{"tokenizer.json", stages()}}.load(), "Hello"), ElementsAre("[CLS]", "Hello", "[SEP]"));
  const Folder alone{{"config.json", kBert}, {"tokenizer.json", stages()}, {"tokenizer_config.json", "{}"}};
  EXPECT_THAT(tokens(alone.load({.file_alone = true}), "Hello"), ElementsAre("[CLS]", "Hello", "[SEP]"));
}

TEST(TokenizerClass, OfAnotherKindIsRefusedByName) {
  const auto refusal = [](const std::string& name, bool has_stages, const std::string& more = "") {
    const std::string named = config(fmt::format(R"("tokenizer_class": "{}"{})", name, more));
    return has_stages ? Folder{{"tokenizer.json", stages()}, {"tokenizer_config.json", named}}.refusal()
                      : Folder{{"vocab.txt", kVocabulary}, {"tokenizer_config.json", named}}.refusal();
  };
  for (const char* name : {"MecabTokenizer", "XLMTokenizer", "XLMTokenizerFast", "BartphoTokenizer"}) {
    EXPECT_THAT(refusal(name, true),
                AllOf(HasSubstr("tokenizer_config.json: tokenizer_class is"), HasSubstr("another way")));
  }
  EXPECT_THAT(refusal("OurOwnTokenizer", false, R"(, "auto_map": {"AutoTokenizer": ["code.OurOwnTokenizer", null]})"),
              HasSubstr("OurOwnTokenizer, which is code of the model's own"));
  EXPECT_THAT(refusal("PreTrainedTokenizerFast", false), HasSubstr("needs a tokenizer.json"));
  const Folder of_model{{"config.json", R"({"model_type": "bert", "tokenizer_class": "T5Tokenizer"})"},
                        {"vocab.txt", kVocabulary}};
  EXPECT_THAT(of_model.refusal(), HasSubstr("config.json: tokenizer_class is T5Tokenizer"));
}

// The ids of a file of pieces are another family's where another type of models is named.
TEST(TokenizerClass, OfPiecesOfAnotherKindIsRefusedByName) {
  const auto refusal = [](const std::string& file, const std::string& content) {
    return Folder{{"sentencepiece.bpe.model", "x"}, {file, content}}.refusal();
  };
  EXPECT_THAT(refusal("config.json", R"({"model_type": "mbart"})"),
              HasSubstr("config.json: model_type is mbart, whose tokenizer needs a tokenizer.json"));
  EXPECT_THAT(refusal("tokenizer_config.json", R"({"tokenizer_class": "MBartTokenizer"})"),
              HasSubstr("tokenizer_class is MBartTokenizer, which needs a tokenizer.json"));
  EXPECT_THAT(refusal("config.json", R"({"model_type": "camembert"})"), HasSubstr("sentencepiece.bpe.model: "));
  EXPECT_THAT(Folder({{"config.json", kBert}}).refusal(), HasSubstr("nor a .model file of SentencePiece"));
  EXPECT_THAT(Folder({{"source.spm", "x"}, {"vocab.json", "{}"}}).refusal(), HasSubstr("source.spm: "));
}

TEST(TokenizerClass, OfMpnetHasItsOwnSpecialTokens) {
  const Folder folder{{"vocab.txt", kVocabulary},
                      {"tokenizer_config.json", config(R"("tokenizer_class": "MPNetTokenizer")")}};
  const Tokenizer tokenizer = folder.load();
  EXPECT_THAT(tokens(tokenizer, "Hello"), ElementsAre("<s>", "hello", "</s>"));
  EXPECT_EQ(tokenizer.special_token_count(true), 4U);
}

TEST(AddedTokens, AreNumberedInTheOrderOfTheirKeys) {
  const Folder folder{{"vocab.txt", kVocabulary},
                      {"tokenizer_config.json", config(R"("added_tokens_decoder": {"18": {"content": "<two>"},
                                                        "17": {"content": "<one>"}, "30": {"content": "<gap>"}})")}};
  const Tokenizer tokenizer = folder.load();
  EXPECT_EQ(tokenizer.id("<one>"), 17);
  EXPECT_EQ(tokenizer.id("<two>"), 18);
  EXPECT_EQ(tokenizer.id("<gap>"), 19);  // by its place
  EXPECT_THAT(tokenizer.notes(), ElementsAre(HasSubstr("\"<gap>\" has the id 19, not 30")));
}

TEST(AddedTokens, ComeFromAllFilesUnlessTheConfigHasAList) {
  const std::string map = R"({"cls_token": "<s>", "sep_token": {"content": "</s>", "lstrip": false},
                              "additional_special_tokens": ["<extra>"]})";
  const std::string list = R"({"<later>": 18, "<first>": 17})";
  const Folder all{{"vocab.txt", kVocabulary},
                   {"special_tokens_map.json", map},
                   {"added_tokens.json", list},
                   {"tokenizer_config.json", config(R"("cls_token": "[CLS]")")}};
  EXPECT_THAT(tokens(all.load(), "a<first><later> <extra>"),
              ElementsAre("<s>", "a", "<first>", "<later>", "<extra>", "</s>"));
  EXPECT_EQ(all.load().id("<extra>"), 19);
  const Folder overruled{{"vocab.txt", kVocabulary},
                         {"special_tokens_map.json", map},
                         {"added_tokens.json", list},
                         {"tokenizer_config.json", config(R"("cls_token": "[CLS]", "added_tokens_decoder": {})")}};
  EXPECT_EQ(overruled.load().id("<first>"), std::nullopt);
  EXPECT_THAT(tokens(overruled.load(), "a"), ElementsAre("[CLS]", "a", "[SEP]"));
  for (const char* extra : {R"("extra_special_tokens": ["<x>"])", R"("extra_special_tokens": {"x_token": "<x>"})",
                            R"("image_token": "<x>")", R"("additional_special_tokens": ["<x>"])"}) {
    const Folder folder{{"vocab.txt", kVocabulary}, {"tokenizer_config.json", config(extra)}};
    EXPECT_THAT(tokens(folder.load(), "a<x>b"), ElementsAre("[CLS]", "a", "<x>", "b", "[SEP]")) << extra;
  }
}

TEST(AddedTokens, OfAFileTakeTheFlagsOfTheSettings) {
  const Folder folder{{"tokenizer.json", stages("[" + added("<n>", 8) + "]")},
                      {"tokenizer_config.json", config(R"("tokenizer_class": "PreTrainedTokenizerFast",
                                 "added_tokens_decoder": {"8": {"content": "<n>", "single_word": true}})")}};
  EXPECT_THAT(tokens(folder.load(), "hello <n> world<n>"),
              ElementsAre("[CLS]", "hello", "<n>", "world", "[UNK]", "[UNK]", "[UNK]", "[SEP]"));
}

TEST(AddedTokens, ThatNobodyNeedsAreLeftOutWhereTheModelHasNoVector) {
  const Folder folder{{"vocab.txt", kVocabulary}, {"tokenizer_config.json", config(R"("bos_token": "<b>")")}};
  EXPECT_EQ(folder.load().id("<b>"), 17);
  EXPECT_EQ(folder.load({.vectors = 18}).id("<b>"), 17);
  const Tokenizer without = folder.load({.vectors = 17});
  EXPECT_EQ(without.id("<b>"), std::nullopt);
  EXPECT_THAT(without.notes(), ElementsAre(HasSubstr("\"<b>\" is left out")));
}

TEST(TokenizerConfig, MaySplitSpecialTokens) {
  const auto with = [](const char* split) {
    return Folder{{"vocab.txt", kVocabulary},
                  {"tokenizer_config.json", config(fmt::format(R"("split_special_tokens": {})", split))}}
        .load();
  };
  EXPECT_THAT(tokens(with("false"), "[MASK]"), ElementsAre("[CLS]", "[MASK]", "[SEP]"));
  EXPECT_THAT(tokens(with("true"), "[MASK]"), ElementsAre("[CLS]", "[", "[UNK]", "]", "[SEP]"));
}

TEST(Truncation, FromTheLeftKeepsTheEnd) {
  const Folder folder{{"vocab.txt", kVocabulary}, {"tokenizer_config.json", config(R"("truncation_side": "left")")}};
  const Tokenizer tokenizer = folder.load();
  EXPECT_THAT(tokens(tokenizer, "a a a hello world b", {.max_tokens = 5}),
              ElementsAre("[CLS]", "hello", "world", "b", "[SEP]"));
  const Encoding encoding = tokenizer.encode("a a a hello world b", {.max_tokens = 5});
  EXPECT_EQ(encoding.offsets[1], (Offsets{6, 11}));
  EXPECT_EQ(encoding.total_tokens, 8U);
  EXPECT_TRUE(encoding.truncated);
  std::vector<TokenId> ids = {42};
  const TokenCount count = tokenizer.append("a a a hello world b", {.max_tokens = 5}, ids);
  EXPECT_EQ(std::vector(ids.begin() + 1, ids.end()), encoding.ids);
  EXPECT_EQ(ids[0], 42);
  EXPECT_EQ(count.kept, 5U);
  EXPECT_EQ(count.total, 8U);
  const Encoding pair = tokenizer.encode_pair("a a hello", "b b b world", {.max_tokens = 7});
  std::vector<std::string> both;
  for (const TokenId id : pair.ids) both.emplace_back(tokenizer.token(id));
  EXPECT_THAT(both, ElementsAre("[CLS]", "a", "hello", "[SEP]", "b", "world", "[SEP]"));
  const Folder wrong{{"vocab.txt", kVocabulary}, {"tokenizer_config.json", config(R"("truncation_side": "Left")")}};
  EXPECT_THAT(wrong.refusal(), HasSubstr("truncation_side is \"Left\"; it must be left or right"));
  const Folder of_file{{"config.json", kBert},
                       {"tokenizer.json", stages("[]", R"("truncation":{"direction":"Left","max_length":3},)")}};
  EXPECT_TRUE(of_file.load().truncates_left());  // and the length does not count
  EXPECT_EQ(tokens(of_file.load(), "hello hello hello").size(), 5U);
}

TEST(LowerCase, BeforeAllStagesLeavesSpecialTokensAlone) {
  const Folder folder{{"vocab.txt", kVocabulary}, {"tokenizer_config.json", config(R"("do_lower_case": false)")}};
  EXPECT_THAT(tokens(folder.load({.lower_case = true}), "Hello [MASK] É"),
              ElementsAre("[CLS]", "hello", "[MASK]", "é", "[SEP]"));
}

TEST(Types, OfTheTemplateReachTheModelWhereTheSettingsSaySo) {
  std::string file = stages();
  const std::string plain = R"({"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]})";
  file.replace(file.find(plain), plain.size(),
               R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},
               {"Sequence":{"id":"A","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],"pair":[],
               "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},
               "[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}})");
  const auto types = [&](const std::string& entries) {
    const Tokenizer tokenizer =
        Folder{{"tokenizer.json", file},
               {"tokenizer_config.json", config(R"("tokenizer_class": "PreTrainedTokenizerFast")" + entries)}}
            .load();
    std::vector<TokenId> all;
    if (tokenizer.has_types()) tokenizer.append_types(4, all);
    return all;
  };
  EXPECT_THAT(types(R"(, "model_input_names": ["input_ids", "token_type_ids", "attention_mask"])"),
              ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(types(R"(, "model_input_names": ["input_ids", "attention_mask"])"), IsEmpty());
  EXPECT_THAT(types(""), IsEmpty());
}

TEST(Vectors, MustBeThereForEveryIdThatCanComeOut) {
  const auto require = [](const Tokenizer& tokenizer, std::size_t vectors, std::size_t types = 2) {
    tokenizer.require_vectors(vectors, types, "the model");
  };
  const Tokenizer plain = Folder{{"vocab.txt", kVocabulary}}.load();
  EXPECT_NO_THROW(require(plain, 17));
  EXPECT_THAT(
      [&] { require(plain, 16); },
      ThrowsMessage<FormatError>(AllOf(HasSubstr("vocab.txt: the token \"b\" has the id 16"), HasSubstr("for 16"))));
  // Fewer tokens than vectors, and yet one behind them.
  std::string hole = stages();
  hole.replace(hole.find("\"world\":7"), 9, "\"world\":70");
  EXPECT_THAT(
      [&] {
        require(Folder{{"tokenizer.json", hole}}.load(), 64);
      },
      ThrowsMessage<FormatError>(HasSubstr("\"world\" has the id 70")));
  std::string far = stages();
  far.replace(far.find("[\"[SEP]\",3]"), 11, "[\"[SEP]\",99]");
  EXPECT_THAT(
      [&] {
        require(Folder{{"tokenizer.json", far}}.load(), 64);
      },
      ThrowsMessage<FormatError>(HasSubstr("the template's token")));
  EXPECT_THAT(
      [&] {
        (void)Folder({{"tokenizer.json", far}, {"config.json", kBert}}).load({.vectors = 64});
      },
      ThrowsMessage<FormatError>(HasSubstr("names a token with the id 99")));
  const Tokenizer added_one = Folder{{"vocab.txt", kVocabulary}, {"added_tokens.json", R"({"<x>": 17})"}}.load();
  EXPECT_THAT([&] { require(added_one, 17); }, ThrowsMessage<FormatError>(HasSubstr("the added token \"<x>\"")));
  EXPECT_NO_THROW(require(added_one, 18));
}

}  // namespace
}  // namespace mana::text
