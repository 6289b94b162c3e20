#include "mana/text/tokenizer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/pipeline.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::filesystem::path kFixtures = fixture_path("tokenizer");

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }

// A folder with the given files.
class Model {
 public:
  explicit Model(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files) write(folder_.path() / name, text);
  }
  Tokenizer load(const TokenizerOptions& options = {}) const { return Tokenizer::load(folder_.path(), options); }

 private:
  TemporaryFolder folder_;
};

std::vector<std::string> tokens(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::vector<std::string> result;
  for (TokenId id : encoding.ids) result.emplace_back(tokenizer.token(id));
  return result;
}

std::vector<std::string> tokens(const Tokenizer& tokenizer, std::string_view text) {
  return tokens(tokenizer, tokenizer.encode(text, {.special_tokens = false}));
}

const std::string kCased = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nHello\nhello\n##s\né\ne\n中\n";
const std::string kUncased = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n[unused1]\nhello\n##s\ne\n中\n";

TEST(VocabularyFile, IsLowerCasedUnlessTheConfigSaysNo) {
  EXPECT_THAT(tokens(Model{{"vocab.txt", kCased}}.load(), "Hello É"), ElementsAre("hello", "e"));
  EXPECT_THAT(tokens(Model{{"vocab.txt", kUncased}}.load(), "Hellos É"), ElementsAre("hello", "##s", "e"));
  const Model cased{{"vocab.txt", kCased}, {"tokenizer_config.json", R"({"do_lower_case": false})"}};
  EXPECT_THAT(tokens(cased.load(), "Hello É"), ElementsAre("Hello", "[UNK]"));
  const Model null{{"vocab.txt", kCased}, {"tokenizer_config.json", R"({"do_lower_case": null})"}};
  EXPECT_THAT([&] { null.load(); }, ThrowsMessage<FormatError>(HasSubstr("do_lower_case")));
}

TEST(VocabularyFile, DropsWhiteSpaceBehindATokenAndCountsTheLastOfTwoLines) {
  const Tokenizer tokenizer = Model{{"vocab.txt", "[UNK]\n[CLS]\n[SEP]\nhello \t\nworld\u3000\r\nhello\nx\n"}}.load();
  EXPECT_EQ(tokenizer.id("hello"), 5);
  EXPECT_EQ(tokenizer.id("world"), 4);
  EXPECT_EQ(tokenizer.id("x"), 6);
  EXPECT_THROW((Model{{"vocab.txt", "[UNK]\n\xFF\n"}}.load()), FormatError);
}

TEST(VocabularyFile, TakesAccentsAndIdeographsFromTheConfig) {
  const Model model{
      {"vocab.txt", kCased},
      {"tokenizer_config.json", R"({"do_lower_case": true, "strip_accents": false, "tokenize_chinese_chars": false})"}};
  EXPECT_THAT(tokens(model.load(), "É 中中"), ElementsAre("é", "[UNK]"));
  EXPECT_THAT(tokens(Model{{"vocab.txt", kCased}}.load(), "中中"), ElementsAre("中", "中"));
}

TEST(VocabularyFile, ReadsWindowsLineEndsAndNoLastLineEnd) {
  const Tokenizer tokenizer = Model{{"vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nhello"}}.load();
  EXPECT_EQ(tokenizer.id("hello"), 4);
  EXPECT_EQ(tokenizer.vocabulary_size(), 5u);
  EXPECT_THAT(tokenizer.encode("hello").ids, ElementsAre(2, 4, 3));
  EXPECT_EQ(tokenizer.special_token_count(), 2u);
  EXPECT_EQ(tokenizer.special_token_count(true), 3u);
}

TEST(VocabularyFile, TakesSpecialTokensFromTheConfig) {
  const Model model{{"vocab.txt", "<pad>\n<unk>\n<s>\n</s>\nhello\n"},
                    {"tokenizer_config.json", R"({"cls_token": "<s>", "sep_token": {"content": "</s>", "lstrip": false},
                     "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": null, "model_max_length": 512,
                     "added_tokens_decoder": {"5": {"content": "<new>", "lstrip": false, "normalized": false,
                     "rstrip": false, "single_word": false, "special": false}}})"}};
  const Tokenizer tokenizer = model.load();
  EXPECT_THAT(tokens(tokenizer, tokenizer.encode("hello x<new>")),
              ElementsAre("<s>", "hello", "<unk>", "<new>", "</s>"));
  EXPECT_EQ(tokenizer.model_max_length(), 512u);
  EXPECT_EQ(tokenizer.vocabulary_size(), 6u);
  EXPECT_EQ(tokenizer.decode(std::vector<TokenId>{2, 4, 5, 3}), "hello <new>");
}

TEST(VocabularyFile, MustHaveTheSpecialTokens) {
  const Model no_unknown{{"vocab.txt", "[CLS]\n[SEP]\nhello\n"}};
  EXPECT_THAT([&] { no_unknown.load(); },
              ThrowsMessage<FormatError>(AllOf(HasSubstr("vocab.txt"), HasSubstr("[UNK]"))));
  const Model no_separator{{"vocab.txt", "[UNK]\n[CLS]\nhello\n"}};
  EXPECT_THAT([&] { no_separator.load(); },
              ThrowsMessage<FormatError>(AllOf(HasSubstr("vocab.txt"), HasSubstr("[SEP]"))));
  EXPECT_THROW((Model{{"vocab.txt", ""}}.load()), FormatError);
}

TEST(TokenizerConfig, SaysHowLongTextsMayBeUnlessItIsAPlaceholder) {
  const auto length = [](const std::string& value) {
    return Model{{"vocab.txt", kCased}, {"tokenizer_config.json", "{\"model_max_length\": " + value + "}"}}
        .load()
        .model_max_length();
  };
  EXPECT_EQ(length("384"), 384u);
  EXPECT_EQ(length("384.0"), 384u);
  for (const char* placeholder : {"1000000000000000019884624838656", "1e30", "null"}) {
    EXPECT_EQ(length(placeholder), std::nullopt) << placeholder;
  }
  for (const char* wrong : {"0", "-1", "\"512\"", "12.5", "true"}) {
    EXPECT_THAT([&] { length(wrong); }, ThrowsMessage<FormatError>(HasSubstr("model_max_length must be a number")))
        << wrong;
  }
  const auto old = [](const std::string& config) {
    return Model{{"vocab.txt", kCased}, {"tokenizer_config.json", config}}.load().model_max_length();
  };
  EXPECT_EQ(old(R"({"max_len": 16})"), 16u);
  EXPECT_EQ(old(R"({"max_len": 16, "model_max_length": 32})"), 32u);
  EXPECT_EQ(old(R"({"max_len": 16, "model_max_length": null})"), std::nullopt);
}

// tokenizer.json of the "uncased" fixture with the first occurrence of some text changed.
std::string changed(std::string_view from, std::string_view to) {
  std::string text = read_file(kFixtures / "uncased/tokenizer.json");
  const std::size_t at = text.find(from);
  return at == text.npos ? fmt::format("the fixture lacks {}", from) : text.replace(at, from.size(), to);
}

// Loading fails with a message that has the file's name and all of `parts`.
void expect_refused(const std::string& text, std::string_view part) {
  const Model model{{"tokenizer.json", text}};
  EXPECT_THAT([&] { model.load(); },
              ThrowsMessage<FormatError>(AllOf(HasSubstr("tokenizer.json: "), HasSubstr(std::string(part)))));
}

TEST(TokenizerJson, RefusesByNameWhatItDoesNotKnow) {
  expect_refused(changed(R"("type":"BertNormalizer")", R"("type":"MyNormalizer")"), "\"MyNormalizer\"");
  expect_refused(changed(R"("type":"BertPreTokenizer")", R"("type":"MySplitter")"), "\"MySplitter\"");
  expect_refused(changed(R"("type":"BertProcessing")", R"("type":"MyProcessing")"), "\"MyProcessing\"");
  expect_refused(changed(R"("type":"WordPiece","prefix")", R"("type":"CTC","prefix")"), "\"CTC\"");
  expect_refused(changed(R"("type":"WordPiece","unk_token")", R"("type":"MyModel","unk_token")"), "\"MyModel\"");
  expect_refused(changed(R"("version":"1.0")", R"("version":"2.0")"), "\"2.0\"");
  expect_refused(changed(R"({"type":"BertNormalizer")", R"({"type":"Replace","pattern":{"Regex":"a\\h"},"content":"")"),
                 "pattern.Regex has \\h in a regular expression");
}

TEST(TokenizerJson, RefusesWhatIsWrongWithStagesOfSentencePiece) {
  const auto normalizer = [](std::string_view map) {
    return changed(R"({"type":"BertNormalizer")",
                   fmt::format(R"({{"type":"Precompiled","precompiled_charsmap":"{}")", map));
  };
  expect_refused(normalizer("AA=A"), "is not base64");
  expect_refused(normalizer("AAAA"), "without a trie");
  expect_refused(normalizer("/////w=="), "without a trie");
  expect_refused(normalizer("/////2E="), "a trie of an impossible size");
  const auto splitter = [](std::string_view entries) {
    return changed(R"({"type":"BertPreTokenizer")", fmt::format(R"({{"type":"Metaspace"{})", entries));
  };
  expect_refused(splitter(""), "replacement");
  expect_refused(splitter(R"(,"replacement":"ab")"), "must be one character");
  expect_refused(splitter(R"(,"replacement":"a","prepend_scheme":"last")"), "must be always, first or never");
  expect_refused(splitter(R"(,"replacement":"a","add_prefix_space":false)"), "prepend_scheme is not never");
  const auto model = [](std::string_view entries) {
    const std::string text = read_file(kFixtures / "uncased/tokenizer.json");
    const std::size_t at = text.find(R"("model":{)");
    return text.substr(0, at) + fmt::format(R"("model":{{"type":"Unigram",{}}}}})", entries);
  };
  expect_refused(model(R"("unk_id":0,"vocab":{})"), "must be a list");
  expect_refused(model(R"("unk_id":0,"vocab":[])"), "must not be empty");
  expect_refused(model(R"("unk_id":0,"vocab":[["a",-1],["b"]])"), "number 1 is none");
  expect_refused(model(R"("unk_id":1,"vocab":[["a",-1]])"), "unk_id");
  expect_refused(model(R"("unk_id":null,"vocab":[["a",-1]])"), "has no unk_id");
}

TEST(TokenizerJson, RefusesTokensThatTakeTooLongToLookFor) {
  const std::string longest(1024, 'y'), longer(1025, 'y');
  const auto words = [](const std::string& token) {
    return changed(R"("[UNK]":1,)", fmt::format(R"("[UNK]":1,"##{}":30000,)", token.substr(2)));
  };
  expect_refused(words(longer), "has 1025 bytes; at most 1024 can be found in texts");
  EXPECT_NO_THROW((Model{{"tokenizer.json", words(longest)}}.load()));
  const auto added = [](const std::string& token) {
    return changed(R"("content":"[UNK]")", fmt::format(R"("content":"{}")", token));
  };
  expect_refused(added(longer), "has 1025 bytes");
  std::string pieces = read_file(kFixtures / "uncased/tokenizer.json");
  pieces.resize(pieces.find(R"("model":{)"));
  pieces += fmt::format(R"("model":{{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["{}",-2]]}}}})", longer);
  expect_refused(pieces, "number 1 has 1025 bytes; at most 1024 can be found in texts");
}

TEST(TokenizerJson, RefusesASplitThatItCannotRead) {
  const std::string text = read_file(kFixtures / "words/tokenizer.json");
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string other = text;
    return other.replace(other.find(from), from.size(), to);
  };
  expect_refused(with("\\\\p{L}", "\\\\p{Xx}"), "p{Xx}");
  expect_refused(with("\\\\p{N}]+", "\\\\p{N}]*"), "matches where nothing stands");
  expect_refused(with("\"Removed\"", "\"Gone\""), "\"Gone\"");
  expect_refused(with("\"unk_token\":\"[UNK]\"", "\"unk_token\":\"?\""), "lacks the unknown token");
}

TEST(TokenizerJson, NamesThePlaceOfEveryMistake) {
  const std::string vocabulary = "model.vocab gives \"[UNK]\"";
  expect_refused(changed(R"("[UNK]":1,)", ""), "model.vocab lacks the unknown token \"[UNK]\"");
  expect_refused(changed(R"("[UNK]":1,)", R"("[UNK]":-1,)"), vocabulary);
  expect_refused(changed(R"("[UNK]":1,)", R"("[UNK]":4000000000,)"), vocabulary);
  expect_refused(changed(R"("[UNK]":1,)", R"("[UNK]":"1",)"), vocabulary);
  expect_refused(changed(R"("lowercase":true)", R"("lowercase":1)"), "normalizer.lowercase");
  expect_refused(changed(R"("clean_text")", R"("clean")"), "normalizer.clean_text");
  expect_refused(changed(R"("max_input_chars_per_word":100)", R"("max_input_chars_per_word":-5)"),
                 "model.max_input_chars_per_word");
  expect_refused(changed(R"("single_word":false)", R"("single_word":"no")"), "added_tokens[0].single_word");
  expect_refused(changed(R"("added_tokens":[)", R"("added_tokens":[7,)"), "added_tokens[0]");
  expect_refused(changed(R"("sep":["[SEP]",3])", R"("sep":["[SEP]"])"), "post_processor.sep");
  const Model empty{{"tokenizer.json", ""}};
  EXPECT_THAT([&] { empty.load(); }, ThrowsMessage<FormatError>(HasSubstr("tokenizer.json is empty")));
  for (const char* text : {"{", "[]", "7", "{}", R"({"model": 3})", R"({"model": {"vocab": []}})"}) {
    expect_refused(text, "");
  }
  expect_refused(std::string(10000, '[') + std::string(10000, ']'), "nested");
}

TEST(TokenizerJson, FindsTheLastOfAddedTokensThatAreTheSameAfterNormalisation) {
  const std::string flags =
      R"(","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false},)";
  const std::string list = R"("added_tokens":[)";
  const std::string one = list + R"({"id":9,"content":"Hello)" + flags;
  const Model both{{"tokenizer.json", changed(list, one + R"({"id":9,"content":"HELLO)" + flags)}};
  EXPECT_THAT(tokens(both.load(), "a hello Hello"), ElementsAre("a", "HELLO", "HELLO"));
  expect_refused(changed(list, one + R"({"id":9,"content":"\u0301)" + flags), "is empty after normalisation");
}

TEST(TokenizerJson, ReadsAModelWithoutAType) {
  const Tokenizer with = Tokenizer::load(kFixtures / "uncased");
  const Model untyped{{"tokenizer.json", changed(R"("type":"WordPiece","unk_token")", R"("unk_token")")}};
  EXPECT_EQ(with.encode("hello running").ids, untyped.load().encode("hello running").ids);
}

TEST(Tokenizer, SaysWhenThereIsNothingToLoad) {
  EXPECT_THAT([] { Model{}.load(); }, ThrowsMessage<IoError>(HasSubstr("tokenizer.json")));
  EXPECT_THROW(Tokenizer::load("/does/not/exist"), IoError);
}

TEST(Tokenizer, KnowsItsTokens) {
  const Tokenizer tokenizer = Tokenizer::load(kFixtures / "added");
  EXPECT_EQ(tokenizer.token(*tokenizer.id("New York")), "New York");
  EXPECT_EQ(tokenizer.id("no such token"), std::nullopt);
  EXPECT_EQ(tokenizer.id(""), std::nullopt);
  EXPECT_THROW(tokenizer.token(-1), ArgumentError);
  EXPECT_THROW(tokenizer.token(static_cast<TokenId>(tokenizer.vocabulary_size())), ArgumentError);
  EXPECT_EQ(tokenizer.token(static_cast<TokenId>(tokenizer.vocabulary_size() - 1)).empty(), false);
}

TEST(Tokenizer, CountsOnBehindTheLimit) {
  const Tokenizer tokenizer = Tokenizer::load(kFixtures / "uncased");
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "hello running\n";
  const Encoding encoding = tokenizer.encode(text, {.max_tokens = 16});
  EXPECT_EQ(encoding.ids.size(), 16u);
  EXPECT_EQ(encoding.total_tokens, 300002u);
  EXPECT_TRUE(encoding.truncated);
  std::vector<TokenId> ids;
  const TokenCount count = tokenizer.append(text, {.max_tokens = 16}, ids);
  EXPECT_EQ(ids, encoding.ids);
  EXPECT_EQ(count.kept, 16u);
  EXPECT_EQ(count.total, 300002u);
}

TEST(Tokenizer, NeedsRoomForTheSpecialTokens) {
  const Tokenizer tokenizer = Tokenizer::load(kFixtures / "uncased");
  std::vector<TokenId> ids;
  EXPECT_THAT([&] { tokenizer.encode("hello", {.max_tokens = 1}); },
              ThrowsMessage<ArgumentError>(HasSubstr("max_tokens is 1")));
  EXPECT_THROW(tokenizer.append("hello", {.max_tokens = 1}, ids), ArgumentError);
  EXPECT_THROW(tokenizer.append("hello world hello", {.max_tokens = 3, .truncation = Truncation::only_second}, ids),
               ArgumentError);
  EXPECT_TRUE(ids.empty());
  EXPECT_EQ(tokenizer.encode("hello", {.max_tokens = 2}).ids.size(), 2u);
  EXPECT_TRUE(tokenizer.encode("hello", {.max_tokens = 0, .special_tokens = false}).ids.empty());
}

TEST(Tokenizer, ReadsBytesThatAreNotUtf8) {
  const Tokenizer tokenizer = Tokenizer::load(kFixtures / "raw");
  const std::string text =
      "a\xE2\x82 \xFF"
      "b c";
  const Encoding encoding = tokenizer.encode(text);
  EXPECT_THAT(encoding.offsets, ElementsAre(Offsets{0, 1}, Offsets{1, 3}, Offsets{4, 5}, Offsets{5, 6}, Offsets{7, 8}));
  EXPECT_THAT(to_code_points(text, encoding.offsets),
              ElementsAre(Offsets{0, 1}, Offsets{1, 2}, Offsets{3, 4}, Offsets{4, 5}, Offsets{6, 7}));
}

TEST(Tokenizer, LongTextsAreCutWhereItMakesNoDifference) {
  for (const char* name : {"uncased", "cased", "nfc", "added", "sequence", "punctuation"}) {
    const Tokenizer tokenizer = Tokenizer::load(kFixtures / name);
    const std::string part = "Héllo e\u0301\u0323 world\u0301 runn\ting中New York <a> <b>   \n\u0301x ";
    std::string text;
    while (text.size() < 20000) text += part;
    const Encoding whole = tokenizer.encode(text, {.special_tokens = false});
    ASSERT_FALSE(whole.ids.empty());
    // The same text with other cuts: behind a word that is as long as all of it.
    std::string other = std::string(text.size(), 'x') + " " + text;
    const Encoding shifted = tokenizer.encode(other, {.special_tokens = false});
    if (std::string_view(name) == "nfc" || std::string_view(name) == "punctuation") continue;  // do not part at spaces
    ASSERT_GT(shifted.ids.size(), whole.ids.size());
    EXPECT_TRUE(std::equal(whole.ids.rbegin(), whole.ids.rend(), shifted.ids.rbegin())) << name;
    EXPECT_EQ(whole.offsets.back().begin + text.size() + 1, shifted.offsets.back().begin);
  }
}

TEST(Tokenizer, TakesLinearTimeWhateverTheText) {
  const std::size_t kSize = kSanitized ? 1 << 17 : 1 << 20;
  for (const char* name : {"uncased", "cased", "raw", "accents", "nfkc", "sequence", "added"}) {
    const Tokenizer tokenizer = Tokenizer::load(kFixtures / name);
    for (std::string_view part : {"a", "é", "\u0301", "\u0301\u0323", "a\u0301\u0323", ".", " ", "<", "[", "[MASK",
                                  "<a> ", " ", "\xFF", "中", "\x00 ", "hello", "x hello "}) {
      std::string text;
      while (text.size() < kSize) text += part.empty() ? std::string_view("\0", 1) : part;
      const auto start = std::chrono::steady_clock::now();
      tokenizer.encode(text);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      EXPECT_LT(taken.count(), 5.0) << name << " of " << part;  // milliseconds; were it quadratic, hours
    }
  }
}

TEST(Tokenizer, LongWordsAreUnknown) {
  const Tokenizer tokenizer = Tokenizer::load(kFixtures / "uncased");
  const Encoding encoding = tokenizer.encode("a " + std::string(10000, 'a') + " a", {.special_tokens = false});
  EXPECT_THAT(tokens(tokenizer, encoding), ElementsAre("a", "[UNK]", "a"));
  EXPECT_EQ(encoding.offsets[1], (Offsets{2, 10002}));
}

TEST(Tokenizer, MayBeSharedBetweenThreads) {
  const Tokenizer tokenizer = Tokenizer::load(kFixtures / "added");
  const std::string text = "Héllo New York <a> e\u0301\u0323 running 中文 world";
  const Encoding expected = tokenizer.encode(text);
  std::vector<std::thread> threads;
  std::atomic<int> differences = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        if (tokenizer.encode(text).ids != expected.ids) ++differences;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, 0);
}

// The unit tests of google-research/bert.
TEST(Tokenizer, AgreesWithGooglesUnitTests) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (!data) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const std::string text = read_file(std::filesystem::path(data) / "tokenizer-golden/google-bert-unit.jsonl");
  std::map<std::string, int> checked;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const auto document = json::Document::parse(text.substr(at, text.find('\n', at) - at), "unit");
    const json::Value line = document.root();
    const std::string kind(line.at("kind").string());
    ++checked[kind];
    if (const auto flag = kind == "is_whitespace"    ? kWhitespace
                          : kind == "is_control"     ? kControl
                          : kind == "is_punctuation" ? kPunctuation
                                                     : 0) {
      for (const char* answer : {"true", "false"}) {
        for (const json::Value& character : line.at(answer).array()) {
          const char* begin = character.string().data();
          EXPECT_EQ(has(text::decode(begin), static_cast<unsigned>(flag)), answer == std::string_view("true"))
              << character.string();
        }
      }
      continue;
    }
    std::vector<std::string> expected;
    for (const json::Value& token : line.at("tokens").array()) expected.emplace_back(token.string());
    if (kind.starts_with("basic")) {
      const bool lower = kind == "basic_lower";
      NormalizedText normalized;
      normalized.assign(line.at("text").string(), 0, false);
      BertNormalizer{.strip_accents = lower, .lowercase = lower}(normalized);
      Words words;
      BertPreTokenizer{}(normalized.text(), {0, static_cast<std::uint32_t>(normalized.text().size())}, words);
      std::vector<std::string> found;
      for (Range word : words) found.emplace_back(word.of(normalized.text()));
      EXPECT_EQ(found, expected);
    } else {
      std::string vocabulary;
      for (const json::Value& token : line.at("vocab").array()) vocabulary += std::string(token.string()) + "\n";
      const Tokenizer tokenizer = Model{{"vocab.txt", vocabulary},
                                        {"tokenizer_config.json",
                                         kind == "full" ? R"({"do_lower_case": true})" : R"({"do_lower_case": false})"}}
                                      .load();
      EXPECT_EQ(tokens(tokenizer, line.at("text").string()), expected);
    }
  }
  EXPECT_GE(checked.size(), 6u);
}

}  // namespace
}  // namespace mana::text
