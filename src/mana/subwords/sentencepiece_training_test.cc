// What is learnt against SentencePiece itself, by the fixtures of tools/golden/sentencepiece_training.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <tuple>

#include "mana/base/errors.h"
#include "mana/subwords/sentence_cutter.h"
#include "mana/subwords/sentencepiece_bpe.h"
#include "mana/subwords/sentencepiece_writer.h"
#include "mana/subwords/unigram_trainer.h"
#include "mana/text/crc32.h"
#include "mana/text/utf8.h"
#include "tests/support/source_path.h"

namespace mana::subwords {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fixture_path("subwords");

// Normalised as SentencePiece does by default; the map is computed once.
WordCutter usual_cutter(bool byte_fallback = false) {
  static const std::string map = SentenceForm().compiled();
  return sentence_cutter({.character_map = map, .special = special_texts({"<unk>", "<s>", "</s>"}, byte_fallback)});
}

SentenceWords words_of(std::istream& text, const WordCutter& cutter, double coverage = 0.9995,
                       const std::function<std::string(const std::string&)>& column = {},
                       std::size_t lines = SIZE_MAX) {
  WordTally tally;
  for (std::string line; lines > 0 && std::getline(text, line); --lines) cutter(column ? column(line) : line, tally);
  const CountedWords counted{std::span(&tally, 1)};
  const std::vector<CountedWord> all(counted.begin(), counted.end());
  return sentence_words(all, coverage);
}

SentenceWords words_of(const std::string& text, double coverage = 1) {
  std::istringstream lines(text);
  return words_of(lines, usual_cutter(), coverage);
}

std::vector<ScoredPiece> fixture(const std::string& name) {
  std::ifstream file(kFixtures / (name + ".tsv"));
  std::vector<ScoredPiece> pieces;
  for (std::string line; std::getline(file, line);) {
    const std::size_t tab = line.rfind('\t');
    pieces.push_back({line.substr(0, tab), std::stof(line.substr(tab + 1))});
  }
  EXPECT_FALSE(pieces.empty()) << name;
  return pieces;
}

// The same pieces with the same scores, but for rounding: SentencePiece sums in float.
void expect_same(std::vector<ScoredPiece> pieces, std::vector<ScoredPiece> expected) {
  const auto by_text = [](const ScoredPiece& a, const ScoredPiece& b) { return a.text < b.text; };
  std::ranges::sort(pieces, by_text);
  std::ranges::sort(expected, by_text);
  ASSERT_EQ(pieces.size(), expected.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    EXPECT_EQ(pieces[i].text, expected[i].text);
    EXPECT_NEAR(pieces[i].score, expected[i].score, 2e-4) << pieces[i].text;
  }
}

SentenceWords small_text(bool byte_fallback = false, double coverage = 0.9995) {
  std::ifstream file(kFixtures / "sentences.txt");
  return words_of(file, usual_cutter(byte_fallback), coverage);
}

TEST(SentencePieceTraining, UnigramIsThatOfSentencePiece) {
  Team team(2);
  expect_same(train_unigram(small_text(), {.pieces = 100}, team), fixture("unigram"));
  expect_same(
      train_unigram(small_text(true, 0.99), {.pieces = 360, .special = 259, .rules = {.split_digits = true}}, team),
      fixture("unigram_bytes"));
}

TEST(SentencePieceTraining, BytePairsAreThoseOfSentencePiece) {
  const auto expect_pieces = [](const std::vector<ScoredPiece>& pieces, const std::vector<ScoredPiece>& expected) {
    ASSERT_EQ(pieces.size(), expected.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(pieces[i].text, expected[i].text) << i;
      EXPECT_EQ(pieces[i].score, expected[i].score);
    }
  };
  expect_pieces(train_sentencepiece_bpe(small_text(), {.pieces = 300}), fixture("bpe"));
  const PieceRules rules{.max_length = 6, .split_by_unicode_script = false, .split_by_number = false};
  expect_pieces(train_sentencepiece_bpe(small_text(), {.pieces = 300, .rules = rules}), fixture("bpe_whole"));
}

// Of Botchan and of Persian poems, with the number of tokens that SentencePiece makes of them.
TEST(SentencePieceTraining, CorporaGiveTheSamePieces) {
  const char* const data = std::getenv("MANA_TEST_DATA");
  if (data == nullptr) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  std::ifstream digests(kFixtures / "digests.tsv");
  std::string corpus, type, digest;
  std::size_t pieces = 0, tokens = 0, seen = 0;
  Team team(2);
  for (; digests >> corpus >> type >> pieces >> digest >> tokens; ++seen) {
    SentenceWords words;
    if (corpus == "botchan") {
      std::ifstream file(fs::path(data) / "botchan/botchan.txt");
      words = words_of(file, usual_cutter());
    } else {
      const fs::path packed = fs::path(data) / "persian-text/poems.tsv.zst";
      const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("zstd -dcq '" + packed.string() + "'").c_str(), "r"),
                                                       pclose);
      std::stringstream text;
      std::vector<char> block(1 << 16);
      while (const std::size_t size = fread(block.data(), 1, block.size(), pipe.get())) {
        text.write(block.data(), static_cast<std::streamsize>(size));
      }
      words = words_of(
          text, usual_cutter(), 0.9995, [](const std::string& line) { return line.substr(line.find('\t') + 1); },
          60'000);
    }
    const bool is_unigram = type == "unigram";
    std::vector<ScoredPiece> learnt = is_unigram ? train_unigram(words, {.pieces = pieces}, team)
                                                 : train_sentencepiece_bpe(words, {.pieces = pieces});
    if (is_unigram) std::ranges::sort(learnt, {}, &ScoredPiece::text);
    std::uint32_t crc = 0;
    for (const ScoredPiece& piece : learnt) crc = text::crc32(crc, piece.text + "\n");
    EXPECT_EQ(crc, std::stoul(digest, nullptr, 16)) << corpus << " " << type;
  }
  EXPECT_EQ(seen, 4U);
}

// Byte-pair encoding as its definition says, pairs counted anew for each piece.
std::vector<std::string> plain_byte_pairs(const SentenceWords& words, std::size_t wanted, const PieceRules& rules) {
  std::vector<std::vector<std::string>> cut;
  for (const SentenceWords::Word& word : words.words) {
    cut.emplace_back();
    for (std::size_t at = 0; at < word.text.size(); at += text::code_point_size(word.text[at])) {
      cut.back().push_back(word.text.substr(at, text::code_point_size(word.text[at])));
    }
  }
  const auto decoded = [](std::string_view text) {
    std::u32string result;
    for (const char* at = text.data(); at < text.data() + text.size();) result.push_back(text::decode(at));
    return result;
  };
  using Pair = std::pair<std::string, std::string>;
  std::set<Pair> seen, gone;  // ever side by side; not to be chosen again
  std::set<std::string> known;
  std::vector<std::string> learnt;
  while (learnt.size() < wanted) {
    std::map<Pair, std::uint64_t> counts;
    for (std::size_t i = 0; i < cut.size(); ++i) {
      for (std::size_t k = 0; k + 1 < cut[i].size(); ++k) {
        counts[{cut[i][k], cut[i][k + 1]}] += words.words[i].count;
        seen.insert({cut[i][k], cut[i][k + 1]});
      }
    }
    const Pair* best = nullptr;
    const auto rank = [&](const Pair& pair) {
      const std::string piece = pair.first + pair.second;
      return std::tuple(-static_cast<std::int64_t>(counts[pair]), decoded(piece).size(), piece);
    };
    for (const Pair& pair : seen) {
      const std::string piece = pair.first + pair.second;
      if (gone.contains(pair) || known.contains(piece) || !rules.allow(decoded(piece))) continue;
      if (best == nullptr || rank(pair) < rank(*best)) best = &pair;
    }
    if (best == nullptr) break;
    const Pair pair = *best;
    gone.insert(pair);
    known.insert(pair.first + pair.second);
    learnt.push_back(pair.first + pair.second);
    for (std::vector<std::string>& word : cut) {
      for (std::size_t k = 0; k + 1 < word.size(); ++k) {
        if (word[k] != pair.first || word[k + 1] != pair.second) continue;
        word[k] += word[k + 1];
        word.erase(word.begin() + static_cast<std::ptrdiff_t>(k) + 1);
      }
    }
  }
  return learnt;
}

TEST(SentencePieceTraining, BytePairsAreThoseOfTheDefinition) {
  std::mt19937 random(8);
  for (int round = 0; round < 100; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      for (std::size_t k = 1 + random() % 5; k > 0; --k) text += "abc1"[random() % 4];
      text += random() % 5 == 0 ? '\n' : ' ';
    }
    const SentenceWords words = words_of(text);
    const PieceRules rules{.max_length = static_cast<std::size_t>(3 + round % 4)};
    const std::size_t wanted = 5 + random() % 12;
    const std::vector<std::string> expected = plain_byte_pairs(words, wanted, rules);
    if (expected.size() < wanted) continue;
    const std::size_t pieces = 3 + wanted + words.alphabet.size();
    const std::vector<ScoredPiece> learnt = train_sentencepiece_bpe(words, {.pieces = pieces, .rules = rules});
    for (std::size_t i = 0; i < wanted; ++i) ASSERT_EQ(learnt[i].text, expected[i]) << round << " " << i;
  }
}

TEST(SentencePieceTraining, ThreadsLearnTheSameBits) {
  const SentenceWords words = small_text();
  Team one(1);
  const std::vector<ScoredPiece> expected = train_unigram(words, {.pieces = 100}, one);
  for (const unsigned threads : {2U, 3U, 7U}) {
    Team team(threads);
    const std::vector<ScoredPiece> pieces = train_unigram(words, {.pieces = 100}, team);
    ASSERT_EQ(pieces.size(), expected.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(pieces[i].text, expected[i].text);
      EXPECT_EQ(pieces[i].score, expected[i].score);
    }
  }
}

std::string refused(const std::function<void()>& train) {
  try {
    train();
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(SentencePieceTraining, WhatCannotBeIsSaid) {
  Team team(2);
  EXPECT_THAT(refused([] { words_of(""); }), testing::HasSubstr("no characters"));
  EXPECT_THAT(refused([] { words_of("   \n\u200b\n"); }), testing::HasSubstr("no characters"));
  EXPECT_THAT(refused([] { words_of("a b", 0); }), testing::HasSubstr("no letter"));
  const SentenceWords words = words_of("a rose is a rose is a rose\n");
  EXPECT_THAT(refused([&] { train_unigram(words, {.pieces = 9}, team); }), testing::HasSubstr("no room"));
  EXPECT_THAT(refused([&] { train_sentencepiece_bpe(words, {.pieces = 9}); }), testing::HasSubstr("no room"));
  // The sentence names the largest vocabulary, which is given.
  for (const bool is_unigram : {true, false}) {
    const auto train = [&](std::size_t pieces) {
      return is_unigram ? train_unigram(words, {.pieces = pieces}, team)
                        : train_sentencepiece_bpe(words, {.pieces = pieces});
    };
    const std::string sentence = refused([&] { train(1000); });
    const std::size_t most = std::stoul(sentence.substr(sentence.find(" of ") + 4));
    EXPECT_EQ(train(most).size(), most - 3) << sentence;
  }
}

TEST(SentencePieceTraining, SmallAndStrangeTextsAreNoTrouble) {
  Team team(2);
  const SentenceWords one = words_of("aa\n");
  EXPECT_EQ(train_unigram(one, {.pieces = 5}, team).size(), 2U);
  EXPECT_EQ(train_sentencepiece_bpe(one, {.pieces = 5}).size(), 2U);
  const std::string letter(1'000'000, 'a');
  const CountedWord counted{letter, 1};
  const SentenceWords repeated = sentence_words({&counted, 1}, 1);
  EXPECT_FALSE(train_unigram(repeated, {.pieces = 5}, team).empty());
  EXPECT_EQ(train_sentencepiece_bpe(repeated, {.pieces = 7}).front().text, "aa");
  // What spells a special token makes no piece with what is around it.
  const SentenceWords special = words_of("x<s>y x<s>y x<s>y x<s>y\n", 1);
  for (const ScoredPiece& piece : train_sentencepiece_bpe(special, {.pieces = 7})) {
    EXPECT_EQ(piece.text.find_first_of("<>"), std::string::npos) << piece.text;
  }
}

}  // namespace
}  // namespace mana::subwords
