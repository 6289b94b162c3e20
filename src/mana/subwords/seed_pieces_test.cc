#include "mana/subwords/seed_pieces.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

std::u32string decoded(std::string_view text) {
  std::u32string result;
  for (const char* at = text.data(); at < text.data() + text.size();) result.push_back(text::decode(at));
  return result;
}

SentenceWords random_words(std::mt19937& random, std::string_view letters) {
  const std::u32string all = decoded(letters);
  std::vector<std::pair<std::string, std::uint64_t>> counted;
  for (int i = 0; i < 25; ++i) {
    std::string word = "\u2581";
    for (std::size_t k = random() % 7; k > 0; --k) {
      char bytes[4];
      word.append(bytes, text::encode(all[random() % all.size()], bytes));
    }
    if (random() % 4 == 0) word.push_back(kSentenceEnd);
    if (std::ranges::none_of(counted, [&](const auto& other) { return other.first == word; })) {
      counted.emplace_back(word, 1 + random() % 3);
    }
  }
  std::vector<CountedWord> views;
  views.reserve(counted.size());
  for (const auto& [word, count] : counted) views.push_back({word, count});
  return sentence_words(views, 1);
}

// Every string of two and more characters within a word, what is counted of it, and the bytes that come behind it.
std::vector<ScoredPiece> plain_seeds(const SentenceWords& words, const PieceRules& rules) {
  struct Seen {
    std::uint64_t count = 0;
    std::set<char> next;
  };
  std::map<std::string, Seen> seen;
  for (const SentenceWords::Word& word : words.words) {
    for (const auto& [behind, count] : {std::pair('\xE2', word.count - word.at_end), std::pair('\0', word.at_end)}) {
      if (count == 0) continue;
      for (std::size_t begin = 0; begin < word.text.size(); ++begin) {
        for (std::size_t end = begin + 1; end <= word.text.size(); ++end) {
          const char next = end < word.text.size() ? word.text[end] : behind;
          if (text::is_continuation(word.text[begin]) || text::is_continuation(next)) continue;
          Seen& string = seen[word.text.substr(begin, end - begin)];
          string.count += count;
          string.next.insert(next);
        }
      }
    }
  }
  std::vector<ScoredPiece> seeds;
  for (const auto& [text, string] : seen) {
    const std::u32string piece = decoded(text);
    if (piece.size() < 2 || string.count < 2 || string.next.size() < 2 || !rules.allow(piece)) continue;
    seeds.push_back({text, static_cast<float>(string.count) * static_cast<float>(piece.size())});
  }
  std::ranges::sort(seeds, [](const ScoredPiece& a, const ScoredPiece& b) {
    return std::tuple(-a.score, b.text.size(), a.text) < std::tuple(-b.score, a.text.size(), b.text);
  });
  return seeds;
}

TEST(SeedPieces, AreThoseOfTheDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const SentenceWords words = random_words(random, round % 2 == 0 ? "ab" : "aب。ا漢1");
    const PieceRules rules{.max_length = static_cast<std::size_t>(2 + round % 5)};
    Team team(1 + round % 3);
    const std::vector<ScoredPiece> seeds = seed_pieces(words, rules, 1000, team);
    std::vector<ScoredPiece> expected;
    for (const SentenceWords::Letter& letter : words.alphabet) {
      char bytes[4];
      expected.push_back({std::string(bytes, text::encode(letter.c, bytes)), static_cast<float>(letter.count)});
    }
    std::ranges::copy(plain_seeds(words, rules), std::back_inserter(expected));
    ASSERT_EQ(seeds.size(), expected.size()) << round;
    double sum = 0;
    for (const ScoredPiece& seed : expected) sum += seed.score;
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      ASSERT_EQ(seeds[i].text, expected[i].text) << round;
      ASSERT_NEAR(seeds[i].score, std::log(expected[i].score / sum), 1e-5);
    }
  }
}

TEST(SeedPieces, TheBestAreKept) {
  std::mt19937 random(4);
  const SentenceWords words = random_words(random, "ab");
  Team team(1);
  const std::vector<ScoredPiece> all = seed_pieces(words, {}, 1000, team), some = seed_pieces(words, {}, 5, team);
  ASSERT_EQ(some.size(), words.alphabet.size() + 5);
  for (std::size_t i = 0; i < some.size(); ++i) EXPECT_EQ(some[i].text, all[i].text);
}

TEST(SeedPieces, OneLetterRepeatedIsNoTrouble) {
  const std::string word(1'000'000, 'a');
  const CountedWord counted{word, 1};
  Team team(2);
  const std::vector<ScoredPiece> seeds = seed_pieces(sentence_words({&counted, 1}, 1), {}, 1000, team);
  ASSERT_EQ(seeds.size(), 16U);  // 1 to 16 letters
  EXPECT_EQ(seeds.back().text.size(), 2U);
}

}  // namespace
}  // namespace mana::subwords
