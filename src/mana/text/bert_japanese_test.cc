// Equality with transformers' BertJapaneseTokenizer, on what tools/golden/bert_japanese.py asked it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/mecab.h"
#include "mana/text/mecab_library.h"
#include "mana/text/test_folder.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path kFixtures = fixture_path("bert_japanese");

std::vector<json::Document> cases() {
  const std::string text = read_file(kFixtures / "cases.jsonl");
  std::vector<json::Document> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(json::Document::parse(text.substr(at, end - at), fmt::format("cases.jsonl:{}", lines.size() + 1)));
    at = end + 1;
  }
  return lines;
}

TestFolder japanese(std::string_view config) {
  return TestFolder{{"vocab.txt", read_file(kFixtures / "vocab.txt")}, {"tokenizer_config.json", std::string(config)}};
}

// With what is given behind the class.
std::string config(std::string_view more) {
  return fmt::format(R"({{"tokenizer_class": "BertJapaneseTokenizer", {}}})", more);
}
const std::string kIpadic =
    R"("word_tokenizer_type": "mecab", "subword_tokenizer_type": "character", "mecab_kwargs": {"mecab_dic": "ipadic"})";

Tokenizer through_compiled(const Tokenizer& tokenizer) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(tokenizer.compiled());
  return Tokenizer::from_compiled(*bytes, bytes);
}

std::vector<std::string> words_of(const Mecab& mecab, std::string_view text) {
  GrowingArray<Range> ranges;
  mecab(text, {0, static_cast<std::uint32_t>(text.size())}, ranges);
  std::vector<std::string> words;
  for (const Range range : ranges) words.emplace_back(range.of(text));
  return words;
}

bool has_mecab() {
  try {
    libmecab();
    return true;
  } catch (const IoError&) {
    return false;
  }
}

// ./check installs it; a build for another processor than the machine's has none.
class MecabTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_mecab()) GTEST_SKIP() << "libmecab2 is not installed";
  }
};
class BertJapanese : public MecabTest {};

TEST_F(BertJapanese, IsThatOfTransformersInIdsAndOffsets) {
  std::map<std::string, Tokenizer> tokenizers;
  const json::Document settings = json::Document::read(kFixtures / "settings.json");
  for (const json::Value& setting : settings.root().array()) {
    tokenizers.emplace(setting.at("name").string(), japanese(simdjson::to_string(setting.at("config").raw())).load());
  }
  std::size_t compared = 0;
  for (const json::Document& line : cases()) {
    const std::string text(line.root().at("text").string());
    for (const auto& [name, ids] : line.root().at("ids").object()) {
      const Encoding encoding = tokenizers.at(std::string(name)).encode(text);
      std::vector<TokenId> expected;
      for (const json::Value& id : ids.array()) expected.push_back(static_cast<TokenId>(id.integer(0, 1000)));
      EXPECT_EQ(encoding.ids, expected) << name << ": " << text;
      const auto offsets = line.root().at("offsets").find(name);
      if (!offsets) continue;
      std::vector<Offsets> places = {{0, 0}};
      const auto flat = offsets->array();
      for (std::size_t i = 0; i < flat.size(); i += 2) {
        places.push_back({static_cast<std::uint32_t>(flat[i].integer(0, 1000)),
                          static_cast<std::uint32_t>(flat[i + 1].integer(0, 1000))});
      }
      places.push_back({0, 0});
      EXPECT_EQ(encoding.offsets, places) << name << ": " << text;
      ++compared;
    }
    if (const auto decoded = line.root().find("decoded")) {
      const Tokenizer& tokenizer = tokenizers.at("wordpiece");
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text).ids), decoded->string());
    }
  }
  EXPECT_GT(compared, 200U);
}

TEST_F(BertJapanese, IsTheSameFromItsCompiledForm) {
  const json::Document settings = json::Document::read(kFixtures / "settings.json");
  for (const json::Value& setting : settings.root().array()) {
    const Tokenizer tokenizer = japanese(simdjson::to_string(setting.at("config").raw())).load();
    const Tokenizer compiled = through_compiled(tokenizer);
    EXPECT_EQ(compiled.notes(), tokenizer.notes());
    for (const json::Document& line : cases()) {
      const std::string text(line.root().at("text").string());
      EXPECT_EQ(compiled.encode(text).ids, tokenizer.encode(text).ids);
    }
  }
}

TEST_F(BertJapanese, FindsAddedTokensInTheTextAsItCame) {
  const std::size_t behind = japanese(config(kIpadic)).load().vocabulary_size();
  const Tokenizer tokenizer =
      japanese(
          config(fmt::format(R"({}, "do_lower_case": true, "added_tokens_decoder": {{"{}": {{"content": "<A>"}}}})",
                             kIpadic, behind)))
          .load();
  const auto count = [&](std::string_view text) {
    return std::ranges::count(tokenizer.encode(text).ids, static_cast<TokenId>(behind));
  };
  EXPECT_EQ(count("猫<A>犬"), 1);
  EXPECT_EQ(count("猫<a>犬＜Ａ＞"), 0);
}

TEST_F(BertJapanese, SaysWhichDictionaryIsUsed) {
  EXPECT_THAT(japanese(config(kIpadic)).load().notes(), ElementsAre(HasSubstr("MeCab cuts words by /")));
  EXPECT_THAT(japanese(config(R"("word_tokenizer_type": "basic")")).load().notes(), IsEmpty());
}

TEST_F(BertJapanese, GivesThreadsTheSameWordsAtOnce) {
  const Tokenizer tokenizer = japanese(config(kIpadic)).load();
  std::vector<std::string> texts;
  std::vector<std::vector<TokenId>> expected;
  for (const json::Document& line : cases()) {
    texts.emplace_back(line.root().at("text").string());
    expected.push_back(tokenizer.encode(texts.back()).ids);
  }
  std::vector<std::size_t> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t& mine : wrong) {
    threads.emplace_back([&] {
      SequentialTokenizer sequential(tokenizer);
      for (std::size_t i = 0; i < texts.size(); ++i) mine += sequential.encode(texts[i]).ids != expected[i];
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

TEST(BertJapaneseSettings, RefuseByNameWhatIsNotSupported) {
  const auto refusal = [](std::string_view more) { return japanese(config(more)).refusal(); };
  EXPECT_THAT(refusal(R"("word_tokenizer_type": "sudachi")"), HasSubstr("word_tokenizer_type is \"sudachi\""));
  EXPECT_THAT(refusal(R"("word_tokenizer_type": "jumanpp")"), HasSubstr("word_tokenizer_type is \"jumanpp\""));
  EXPECT_THAT(refusal(R"("subword_tokenizer_type": "sentencepiece")"), HasSubstr("is \"sentencepiece\""));
  EXPECT_THAT(refusal(R"("never_split": ["a"])"), HasSubstr("never_split is not empty"));
  const auto of_mecab = [&](std::string_view options) {
    return refusal(fmt::format(R"("word_tokenizer_type": "mecab", "mecab_kwargs": {{{}}})", options));
  };
  EXPECT_THAT(of_mecab(R"("mecab_dic": "neologd")"), HasSubstr("mecab_dic is \"neologd\""));
  EXPECT_THAT(of_mecab(R"("mecab_option": "-u user.dic")"), HasSubstr("asks MeCab for \"-u\""));
  EXPECT_THAT(of_mecab(R"("mecab_option": "-d 'open")"), HasSubstr("a quote that does not end"));
  EXPECT_THAT(of_mecab(R"("do_lower_case": true)"), HasSubstr("do_lower_case is no option"));
  EXPECT_THAT(refusal(R"("added_tokens_decoder": {"9000": {"content": "<a>", "special": true}})"),
              HasSubstr("\"<a>\" is to have the id 9000"));
}

TEST(MecabDictionaryTest, ReadsOptionsAsAShellDoes) {
  MecabDictionary read;
  read.add_options(R"(-d "a b"'c'\ d -Owakati --rcfile=/dev/null)");
  EXPECT_EQ(read, (MecabDictionary{{}, "a bc d", "/dev/null"}));
  read.add_options("--dicdir x -ry");
  EXPECT_EQ(read, (MecabDictionary{{}, "x", "y"}));
}

TEST_F(MecabTest, SaysWhatToInstall) {
  const auto refusal = [](MecabDictionary dictionary) -> std::string {
    try {
      const Mecab mecab(std::move(dictionary));
    } catch (const IoError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(refusal({.name = "ipadic", .folder = "/nowhere"}), HasSubstr("/nowhere, and no sys.dic is there"));
  const TemporaryFolder broken;
  std::ofstream(broken.path() / "sys.dic") << "no dictionary";
  EXPECT_THAT(refusal({.folder = broken.path().string()}), HasSubstr("MeCab cannot open"));
}

TEST(MecabDictionaryTest, IsLookedForBesideThatOfMecabrc) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "unidic_lite/dicdir");
  std::ofstream(folder.path() / "unidic_lite/dicdir/sys.dic") << "";
  std::ofstream(folder.path() / "mecabrc") << "; of us\ndicdir = $(rcpath)/mine\n";
  ::setenv("MECABRC", (folder.path() / "mecabrc").c_str(), 1);
  EXPECT_EQ(find_mecab_dictionary("unidic_lite"), folder.path() / "unidic_lite/dicdir");
  ::unsetenv("MECABRC");
}

TEST_F(MecabTest, LosesNothingOfATextWithNulsOrWithoutEnd) {
  const Mecab mecab({.name = "ipadic"});
  EXPECT_THAT(words_of(mecab, std::string_view("猫\0\0犬\0", 9)), ElementsAre("猫", "犬"));
  EXPECT_THAT(words_of(mecab, std::string(3, '\0')), IsEmpty());

  // More spaces than MeCab can count before a word.
  EXPECT_THAT(words_of(mecab, std::string(200000, ' ') + "猫です"), ElementsAre("猫", "です"));

  std::string lines, expected;
  for (int i = 0; i < 20000; ++i) lines += "私は猫が好きです。\n";
  std::size_t count = 0;
  for (const std::string& word : words_of(mecab, lines)) expected += word, ++count;
  EXPECT_EQ(count, 20000U * 7);
  EXPECT_EQ(expected.size(), lines.size() - 20000);

  for (const char* unit : {"漢", "🎉", "x", "ア", "。", "\xE3\x80\x80"}) {
    std::string text, joined;
    for (int i = 0; i < 100000; ++i) text += unit;
    for (const std::string& word : words_of(mecab, text)) joined += word;
    EXPECT_TRUE(joined == text) << unit;
  }
}

}  // namespace
}  // namespace mana::text
