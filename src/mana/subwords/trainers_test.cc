// What is learnt is what the Rust trainers learn (tools/golden/subwords.py), and what is written is what was learnt.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/subwords/bpe_trainer.h"
#include "mana/subwords/tokenizer_folder.h"
#include "mana/subwords/word_stages.h"
#include "mana/subwords/wordpiece_trainer.h"
#include "mana/text/crc32.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::subwords {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fixture_path("subwords");

Options options_of(const json::Value& entry) {
  Options options{.type = entry.at("type").string() == "byte-bpe" ? Type::byte_bpe : Type::wordpiece};
  options.vocabulary_size = static_cast<std::size_t>(entry.at("vocabulary").integer());
  options.min_frequency = static_cast<std::uint64_t>(entry.at("min_frequency").integer());
  options.limit_alphabet = 0;
  if (const auto limit = entry.find("limit_alphabet"))
    options.limit_alphabet = static_cast<std::size_t>(limit->integer());
  if (const auto most = entry.find("max_token_length")) {
    options.max_token_length = static_cast<std::size_t>(most->integer());
  }
  if (const auto lowercase = entry.find("lowercase")) options.lowercase = lowercase->boolean();
  if (const auto prefix = entry.find("prefix_space")) options.add_prefix_space = prefix->boolean();
  return options;
}

CountedWords count(const fs::path& file, const Options& options, unsigned threads = 1) {
  const std::vector<fs::path> files = {file};
  TextBlocks text(files);
  Team team(threads);
  const WordStages stages = word_stages(options);
  return count_words(
      text, [&] { return stages.cutter(); }, team);
}

struct Learnt {
  std::vector<std::string> pieces, merges;
};

Learnt learn(const fs::path& file, const Options& options, unsigned threads = 1) {
  const CountedWords words = count(file, options, threads);
  if (options.type == Type::wordpiece) return {train_wordpiece(words, options), {}};
  TrainedBytePairs trained = train_byte_bpe(words, options);
  Learnt learnt;
  for (const SymbolPair& pair : trained.merges) {
    learnt.merges.push_back(trained.pieces[pair.first] + " " + trained.pieces[pair.second]);
  }
  learnt.pieces = std::move(trained.pieces);
  return learnt;
}

std::vector<std::string> strings(const json::Value& entry) {
  std::vector<std::string> all;
  for (const json::Value& each : entry.array()) all.emplace_back(each.string());
  return all;
}

fs::path write(const TemporaryFolder& folder, const std::string& bytes) {
  std::ofstream(folder.path() / "text.txt", std::ios::binary) << bytes;
  return folder.path() / "text.txt";
}

TEST(Trainers, LearnWhatTheReferenceLearns) {
  const json::Document fixture = json::Document::read(kFixtures / "learnt.json");
  for (const json::Value& entry : fixture.root().at("cases").array()) {
    const TemporaryFolder folder;
    const fs::path file = write(folder, std::string(fixture.root().at("texts").at(entry.at("text").string()).string()));
    const Learnt learnt = learn(file, options_of(entry.at("options")));
    EXPECT_EQ(learnt.pieces, strings(entry.at("pieces")));
    EXPECT_EQ(learnt.merges, strings(entry.at("merges")));
  }
}

std::uint32_t digest(const std::vector<std::string>& lines) {
  std::uint32_t crc = 0;
  for (const std::string& line : lines) crc = text::crc32(crc, line + "\n");
  return crc;
}

TEST(Trainers, ThreadsLearnANovelAsTheReferenceDoes) {
  const char* const data = std::getenv("MANA_TEST_DATA");
  const fs::path file = fs::path(data != nullptr ? data : "") / "botchan/botchan.txt";
  if (data == nullptr || !fs::exists(file)) GTEST_SKIP() << "MANA_TEST_DATA has no botchan/botchan.txt";
  const json::Document fixture = json::Document::read(kFixtures / "botchan.json");
  for (const json::Value& entry : fixture.root().at("cases").array()) {
    for (const unsigned threads : {1U, 3U}) {
      const Learnt learnt = learn(file, options_of(entry.at("options")), threads);
      EXPECT_EQ(digest(learnt.pieces), static_cast<std::uint32_t>(entry.at("pieces").integer()));
      EXPECT_EQ(digest(learnt.merges), static_cast<std::uint32_t>(entry.at("merges").integer()));
    }
  }
}

const std::string kText =
    "The king's caf\u00e9 is far from K\u00f6ln, 1999; the queen's caf\u00e9 is far.\n"
    "\u0643\u062a\u0627\u0628 \u0643\u062a\u0627\u0628 \u06a9\u062a\u0627\u0628 \u0661\u0662 12 12\n";

Options small(Type type, std::size_t vocabulary) {
  Options options{.type = type};
  options.vocabulary_size = vocabulary;
  options.min_frequency = 1;
  return options;
}

TEST(TokenizerFolder, IsReadAsItWasLearnt) {
  for (const bool folded : {false, true}) {
    const TemporaryFolder folder;
    const fs::path file = write(folder, kText);
    Options options = small(Type::wordpiece, 75);
    options.lowercase = options.persian = folded;
    const std::vector<std::string> pieces = train_wordpiece(count(file, options), options);
    write_wordpiece(folder.path(), pieces, options);
    const text::Tokenizer wordpiece = text::Tokenizer::load(folder.path());
    ASSERT_EQ(wordpiece.vocabulary_size(), pieces.size());
    for (std::size_t id = 0; id < pieces.size(); ++id) {
      EXPECT_EQ(wordpiece.token(static_cast<text::TokenId>(id)), pieces[id]);
    }
    EXPECT_EQ(wordpiece.special_token_count(), 2U);
    EXPECT_TRUE(wordpiece.is_special(4));
    // What differs in case and in the form of Arabic letters alone is the same where it is folded.
    EXPECT_EQ(wordpiece.encode("THE \u0643").ids == wordpiece.encode("the \u06a9").ids, folded);

    options = small(Type::byte_bpe, 290);
    options.lowercase = options.persian = folded;
    const TemporaryFolder other;
    const TrainedBytePairs trained = train_byte_bpe(count(file, options), options);
    write_byte_bpe(other.path(), trained, options);
    const text::Tokenizer bytes = text::Tokenizer::load(other.path());
    ASSERT_EQ(bytes.vocabulary_size(), trained.pieces.size());
    for (std::size_t id = 0; id < trained.pieces.size(); ++id) {
      EXPECT_EQ(bytes.token(static_cast<text::TokenId>(id)), trained.pieces[id]);
    }
    EXPECT_EQ(bytes.encode("THE \u0643").ids == bytes.encode("the \u06a9").ids, folded);
    EXPECT_EQ(bytes.decode(bytes.encode("caf\u00e9, 12\n").ids), "caf\u00e9, 12\n");
    // The files of old say the same where no stage is beside those of the class.
    if (folded) continue;
    const std::vector<text::TokenId> ids = bytes.encode(kText).ids;
    fs::remove(other.path() / "tokenizer.json");
    EXPECT_EQ(text::Tokenizer::load(other.path()).encode(kText).ids, ids);
  }
}

void expect_refusal(const Options& options, const std::string& text, const std::string& sentence) {
  const TemporaryFolder folder;
  try {
    check(options);
    learn(write(folder, text), options);
    FAIL() << sentence;
  } catch (const ArgumentError& error) {
    EXPECT_NE(std::string(error.what()).find(sentence), std::string::npos) << error.what();
  }
}

TEST(Trainers, RefuseWhatCannotBe) {
  expect_refusal(small(Type::byte_bpe, 100), kText, "alone are 257 pieces; raise it");
  expect_refusal(small(Type::wordpiece, 10), kText, "raise it, or keep fewer letters");
  expect_refusal(small(Type::byte_bpe, 1000), kText, "the text has no more than");
  expect_refusal(small(Type::wordpiece, 1000), kText, "the text has no more than");
  Options options = small(Type::wordpiece, 75);
  options.special_tokens.emplace_back("[PAD]");
  expect_refusal(options, kText, "[PAD] is among the special tokens of this type already");
  options.special_tokens = {"[UNK]", "<ask>", "<ask>"};
  expect_refusal(options, kText, "<ask> is twice");
  options.special_tokens = {"[CLS]"};
  expect_refusal(options, kText, "lacks [UNK]");
  options.special_tokens = {"[UNK]", ""};
  expect_refusal(options, kText, "is empty");
  options.special_tokens = {"[UNK]", "a\nb"};
  expect_refusal(options, kText, "one line");
  options = small(Type::wordpiece, 75);
  options.character_coverage = 0;
  expect_refusal(options, kText, "`character_coverage` is 0");
}

TEST(Trainers, CoverageKeepsTheMostFrequentLetters) {
  const TemporaryFolder folder;
  const fs::path file = write(folder, std::string(98, 'a') + " b c\n");
  Options options = small(Type::wordpiece, 7);
  options.character_coverage = 0.98;
  const std::vector<std::string> pieces = train_wordpiece(count(file, options), options);
  EXPECT_EQ(pieces[5], "a");
  EXPECT_EQ(pieces[6], "##a");
}

}  // namespace
}  // namespace mana::subwords
