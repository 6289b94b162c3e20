#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "mana/base/temporary_folder.h"
#include "mana/text/tokenizer.h"

namespace mana::text {
namespace {

Tokenizer with_vocabulary(std::string_view vocabulary) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "vocab.txt") << vocabulary;
  return Tokenizer::load(folder.path());
}

// Syllables, so that almost every word is cut.
Tokenizer syllables() {
  std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (const char* syllable : {"ba", "be", "bo", "da", "de", "do", "\u0645\u06CC", "\u0631\u0648", "\u00e9t"}) {
    vocabulary += fmt::format("{}\n##{}\n", syllable, syllable);
  }
  return with_vocabulary(vocabulary);
}

// Words of a few syllables of that vocabulary and now and then of others, spaces and bytes that are no text.
std::string random_text(std::mt19937& random, std::size_t words) {
  static const std::vector<std::string> parts = {"ba",           "be", "bo", "da",   "de",     "do",     "\u0645\u06CC",
                                                 "\u0631\u0648", "x",  ".",  "\xFF", "\u060C", "\u200C", "[MASK]"};
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    const std::size_t count = random() % 32 == 0 ? 1 + random() % 150 : 1 + random() % 5;
    for (std::size_t part = 0; part < count; ++part) text += parts[random() % (random() % 8 == 0 ? parts.size() : 8)];
    text += ' ';
  }
  return text;
}

void expect_same(const Encoding& encoding, const Encoding& expected) {
  ASSERT_EQ(encoding.ids, expected.ids);
  ASSERT_EQ(encoding.offsets, expected.offsets);
  ASSERT_EQ(encoding.type_ids, expected.type_ids);
  ASSERT_EQ(encoding.special, expected.special);
  ASSERT_EQ(encoding.total_tokens, expected.total_tokens);
  ASSERT_EQ(encoding.truncated, expected.truncated);
}

void expect_no_difference(const Tokenizer& tokenizer, unsigned seed) {
  std::mt19937 random(seed);
  SequentialTokenizer sequential(tokenizer);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_text(random, random() % 20);
    EncodeOptions options;
    if (random() % 4 == 0) options.max_tokens = 2 + random() % 8;
    expect_same(sequential.encode(text, options), tokenizer.encode(text, options));
    if (i % 8 != 0) continue;
    const std::string second = random_text(random, 3);
    options.max_tokens = std::max<std::size_t>(options.max_tokens, 3);
    expect_same(sequential.encode_pair(text, second, options), tokenizer.encode_pair(text, second, options));
    std::vector<TokenId> ids = {1, 2}, expected = ids;
    const TokenCount count = sequential.append(text, options, ids);
    ASSERT_EQ(count.total, tokenizer.append(text, options, expected).total);
    ASSERT_EQ(ids, expected);
  }
}

TEST(SequentialTokenizer, GivesWhatTheTokenizerGives) { expect_no_difference(syllables(), 1); }

TEST(SequentialTokenizer, OfTwoTokenizersDoNotMix) {
  const Tokenizer first = with_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nba\n##ba\n");
  const Tokenizer second = with_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n##ba\nb\n##a\nba\n");
  SequentialTokenizer of_first(first), of_second(second);
  for (int i = 0; i < 3; ++i) {
    expect_same(of_first.encode("baba ba"), first.encode("baba ba"));
    expect_same(of_second.encode("baba ba"), second.encode("baba ba"));
  }
  of_first = SequentialTokenizer(second);
  expect_same(of_first.encode("baba ba"), second.encode("baba ba"));
}

TEST(SequentialTokenizer, OutlivesAMoveOfTheTokenizer) {
  Tokenizer tokenizer = syllables();
  SequentialTokenizer sequential(tokenizer);
  const Encoding expected = sequential.encode("bada dobe");
  const Tokenizer moved = std::move(tokenizer);
  expect_same(sequential.encode("bada dobe"), expected);
}

TEST(SequentialTokenizer, OneForEachThread) {
  const Tokenizer tokenizer = syllables();
  std::vector<std::jthread> threads;
  for (unsigned seed = 1; seed <= 3; ++seed) threads.emplace_back([&, seed] { expect_no_difference(tokenizer, seed); });
}

}  // namespace
}  // namespace mana::text
