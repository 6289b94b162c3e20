#include "mana/subwords/merge_learner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "mana/base/errors.h"

namespace mana::subwords {
namespace {

using Word = std::vector<std::uint32_t>;

struct Text {
  std::vector<std::pair<Word, std::uint64_t>> words;
  std::vector<std::string> pieces;
};

Text random_text(std::mt19937& source) {
  const auto random = [&] { return static_cast<std::uint32_t>(source()); };
  Text text;
  const unsigned letters = 2 + random() % 6;
  for (unsigned i = 0; i < letters; ++i) text.pieces.emplace_back(1, static_cast<char>('a' + i));
  std::set<Word> seen;
  for (unsigned i = 0; i < 1 + random() % 40; ++i) {
    Word word(1 + random() % 9);
    for (std::uint32_t& symbol : word) symbol = random() % letters;
    if (seen.insert(word).second) text.words.emplace_back(word, 1 + random() % 5);
  }
  return text;
}

SymbolWords symbols_of(const Text& text) {
  SymbolWords symbols;
  for (const auto& [word, count] : text.words) {
    symbols.begin_word(count);
    for (const std::uint32_t symbol : word) symbols.add(symbol);
  }
  return symbols;
}

/// Sennrich et al. 2016, algorithm 1, as it stands there: everything is counted again for each merge. It ends where a
/// piece comes about in a second way, from where on the Rust trainer does something else.
std::vector<SymbolPair> learn_by_definition(Text text, std::size_t vocabulary, std::uint64_t min_frequency) {
  std::vector<SymbolPair> merges;
  while (text.pieces.size() < vocabulary) {
    std::map<SymbolPair, std::uint64_t> counts;
    for (const auto& [word, count] : text.words) {
      for (std::size_t i = 0; i + 1 < word.size(); ++i) counts[{word[i], word[i + 1]}] += count;
    }
    const auto best = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    if (best == counts.end() || best->second < min_frequency) break;
    const SymbolPair pair = best->first;
    const std::string piece = text.pieces[pair.first] + text.pieces[pair.second];
    if (std::ranges::count(text.pieces, piece) > 0) break;
    const auto result = static_cast<std::uint32_t>(text.pieces.size());
    text.pieces.push_back(piece);
    merges.push_back(pair);
    for (auto& [word, count] : text.words) {
      Word merged;
      for (std::size_t i = 0; i < word.size(); ++i) {
        const bool here = i + 1 < word.size() && word[i] == pair.first && word[i + 1] == pair.second;
        merged.push_back(here ? result : word[i]);
        if (here) ++i;
      }
      word = merged;
    }
  }
  return merges;
}

TEST(MergeLearner, IsTheDefinition) {
  std::mt19937 random(5);
  std::size_t compared = 0;
  for (int i = 0; i < 3000; ++i) {
    const Text text = random_text(random);
    const std::size_t vocabulary = text.pieces.size() + random() % 30;
    const std::uint64_t min_frequency = random() % 4;
    const std::vector<SymbolPair> expected = learn_by_definition(text, vocabulary, min_frequency);
    std::vector<std::string> pieces = text.pieces;
    const std::vector<SymbolPair> merges =
        learn_merges(symbols_of(text), pieces, {.vocabulary_size = vocabulary, .min_frequency = min_frequency});
    // A pair that was merged twice stands where it was merged last, so the beginning alone is that of the definition.
    const std::size_t same = static_cast<std::size_t>(std::ranges::mismatch(merges, expected).in2 - expected.begin());
    std::vector<std::string> beginning = text.pieces;
    for (const SymbolPair& pair : expected) beginning.push_back(beginning[pair.first] + beginning[pair.second]);
    ASSERT_GE(pieces.size(), beginning.size());
    for (std::size_t piece = 0; piece < beginning.size(); ++piece) ASSERT_EQ(pieces[piece], beginning[piece]) << i;
    compared += same;
  }
  EXPECT_GT(compared, 10'000U);
}

TEST(MergeLearner, PairsOverlapFromTheLeft) {
  Text text{{{{0, 0, 0, 0, 0}, 3}}, {"a"}};
  std::vector<std::string> pieces = text.pieces;
  const std::vector<SymbolPair> merges = learn_merges(symbols_of(text), pieces, {.vocabulary_size = 9});
  EXPECT_EQ(pieces, (std::vector<std::string>{"a", "aa", "aaa", "aaaaa"}));
  EXPECT_EQ(merges, (std::vector<SymbolPair>{{0, 0}, {1, 0}, {1, 2}}));
}

TEST(MergeLearner, StopsWhenTold) {
  Text text{{{{0, 1}, 1}}, {"a", "b"}};
  std::stop_source stop;
  stop.request_stop();
  std::vector<std::string> pieces = text.pieces;
  EXPECT_THROW(learn_merges(symbols_of(text), pieces, {.vocabulary_size = 3}, {.stop = stop.get_token()}), Cancelled);
}

TEST(PairTable, KeepsAMillionPairsApart) {
  PairTable table;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) table.count(table.number({i % 1000, i / 1000})) += i;
  ASSERT_EQ(table.size(), 1'000'000U);
  for (std::uint32_t i = 0; i < 1'000'000; i += 7) {
    const std::uint32_t number = table.number({i % 1000, i / 1000});
    ASSERT_EQ(table.count(number), i);
    ASSERT_EQ(table.pair(number), (SymbolPair{i % 1000, i / 1000}));
  }
}

}  // namespace
}  // namespace mana::subwords
