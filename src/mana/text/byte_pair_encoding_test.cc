#include "mana/text/byte_pair_encoding.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/crc32.h"
#include "mana/text/tokenizer.h"
#include "mana/text/tokenizer_files.h"
#include "tests/support/sanitized.h"

namespace mana::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// As the definition reads: the lowest rank of all neighbours, the leftmost of several, again and again.
std::vector<TokenId> merged(std::vector<TokenId> ids, const MergeTable& merges) {
  for (;;) {
    MergeTable::Merge best;
    std::size_t place = 0;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const MergeTable::Merge merge = merges.find(ids[i], ids[i + 1]);
      if (merge.rank < best.rank) best = merge, place = i;
    }
    if (best.rank == MergeTable::kNone) return ids;
    ids[place] = best.whole;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

TEST(PairMerging, IsTheDefinition) {
  std::mt19937 random(3);
  const auto below = [&](unsigned n) { return static_cast<TokenId>(random() % n); };
  PairMerging merging;
  for (int round = 0; round < 2000; ++round) {
    MergeTable merges;
    TokenId next = 3;
    for (std::uint32_t rank = 0; rank < 12; ++rank) {
      const TokenId left = below(static_cast<unsigned>(next)), right = below(static_cast<unsigned>(next));
      if (merges.find(left, right).rank == MergeTable::kNone) merges.insert(left, right, {rank, next++});
    }
    std::vector<TokenId> ids(static_cast<std::size_t>(below(30)));
    for (TokenId& id : ids) id = below(3);
    merging.clear();
    for (std::uint32_t i = 0; i < ids.size(); ++i) merging.add({ids[i], {i, i + 1}});
    Pieces pieces;
    merging.merge(merges, pieces);
    std::vector<TokenId> found;
    std::uint32_t end = 0;
    for (const Piece& piece : pieces) {
      found.push_back(piece.id);
      EXPECT_EQ(piece.range.begin, end);
      end = piece.range.end;
    }
    ASSERT_EQ(found, merged(ids, merges));
    EXPECT_EQ(end, ids.size());
  }
}

std::vector<std::string> split(const PreTokenizer& stage, std::string_view text) {
  NormalizedText normalized, rewritten;
  normalized.assign(text, 0, false);
  Words words;
  PreTokenizers{{stage}}(normalized, {0, static_cast<std::uint32_t>(text.size())}, rewritten, words);
  std::vector<std::string> found;
  for (const Range word : words) found.emplace_back(word.of(text));
  return found;
}

TEST(Gpt2Words, AreThoseOfTheirPattern) {
  const PreTokenizer expression = SplitExpression{RegularExpression(Gpt2Words::kPattern), Delimiter::isolated};
  const std::vector<std::string> pieces = {"a",  "é",  "'",  "s",      "'re",    "'ll", "'v", " ", "  ",
                                           "\n", "1",  "½",  "\u00a0", "\u0301", "!",   "–",  "م", "\u200c",
                                           "\t", "中", "'T", "\u2003", "🎉",      "²",   "_",  "ʰ", "Ⅷ"};
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
    ASSERT_EQ(split(Gpt2Words{}, text), split(expression, text)) << text;
  }
}

TEST(ClipWords, AreThoseOfTheirPattern) {
  const PreTokenizer expression = SplitExpression{RegularExpression(ClipWords::kPattern), Delimiter::removed, true};
  const std::vector<std::string> pieces = {"a",
                                           "é",
                                           "'",
                                           "s",
                                           "'re",
                                           "'ll",
                                           "'v",
                                           " ",
                                           "\n",
                                           "1",
                                           "½",
                                           " ",
                                           "́",
                                           "!",
                                           "中",
                                           "<",
                                           "<|startoftext|>",
                                           "<|endoftext|>",
                                           "|>",
                                           " ",
                                           "🎉",
                                           "_",
                                           "𐗕",
                                           "Ⅷ"};
  std::mt19937 random(6);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
    ASSERT_EQ(split(ClipWords{}, text), split(expression, text)) << text;
  }
}

// Of every code point from `begin` to `end` what it stays with where texts are split: a letter, a digit, a mark, or
// none.
std::string kinds_of_code_points(char32_t begin, char32_t end) {
  std::string kinds(end - begin, '\0');
  for (char32_t c = std::max<char32_t>(begin, 1); c < end; ++c) {
    if (c == 0xD800) c = 0xE000;
    char bytes[4];
    const std::string letter(bytes, encode(c, bytes));
    const auto joins = [&](const char* before) { return split(Gpt2Words{}, before + letter).size() == 1; };
    kinds[c - begin] = joins("a") ? '\1' : joins("1") ? '\2' : joins("!") ? '\0' : '\3';
  }
  return kinds;
}

// By the digests of what tokenizers 0.23.3 does.
TEST(Gpt2Words, KnowEveryCodePoint) {
  const std::uint32_t basic = crc32(0, kinds_of_code_points(0, 0x10000));
  EXPECT_EQ(basic, 0x2f7b8660u);
  if (kSanitized) return;  // sanitizers take too long for all
  EXPECT_EQ(crc32(basic, kinds_of_code_points(0x10000, 0x110000)), 0xcefab67du);
}

Tokenizer from_json(std::string_view model, std::string_view pre_tokenizer = "null") {
  const std::string text =
      fmt::format(R"({{"version": "1.0", "pre_tokenizer": {}, "model": {}}})", pre_tokenizer, model);
  const auto document = json::Document::parse(text, "tokenizer.json");
  return Tokenizer(std::make_unique<const Tokenizer::Pipeline>(read_tokenizer_json(document.root())));
}

constexpr std::string_view kByteLevel = R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true})";

TEST(BytePairEncoding, TakesTimeOfOrderNLogNWhateverComes) {
  const Tokenizer tokenizer =
      from_json(R"({"type": "BPE", "vocab": {"a": 0, "b": 1, "aa": 2, "ab": 3, "aaaa": 4, "aaaaaaaa": 5, "ba": 6},
                    "merges": ["a a", "aa aa", "aaaa aaaa", "b a", "a b"]})",
                kByteLevel);
  std::string alternating;
  for (int i = 0; i < 1 << 19; ++i) alternating += "ab";
  for (const std::string& text :
       {std::string(1 << 20, 'a'), alternating, std::string(1 << 20, '?'), std::string(1 << 20, ' ')}) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<TokenId> ids;
    tokenizer.append(text, {}, ids);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(kSanitized ? 60 : 10));
  }
}

TEST(BytePairEncoding, RefusesWhatCannotBe) {
  const auto refused = [](std::string_view model, std::string_view why, std::string_view pre_tokenizer = "null") {
    EXPECT_THAT([&] { from_json(model, pre_tokenizer); }, ThrowsMessage<FormatError>(HasSubstr(std::string(why))));
  };
  refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]})", "needs the token \"b\"");
  refused(R"({"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [["a", "b"]]})", "needs the token \"ab\"");
  refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]})", "is not two tokens with a space between");
  refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]})", "is not two tokens with a space between");
  refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b", "c"]]})", "must be a list of merges");
  refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": {"a": 0}})", "model.merges must be a list");
  refused(R"({"type": "BPE", "vocab": {"a": -1}, "merges": []})", "an id that is not an integer");
  refused(R"({"type": "BPE", "vocab": {"a": 2000000000}, "merges": []})", "an id that is not an integer");
  refused(R"({"type": "BPE", "unk_token": "?", "vocab": {"a": 0}, "merges": []})", "lacks the unknown token \"?\"");
  refused(R"({"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []})", "model.dropout must be null or 0");
  refused(R"({"type": "BPE", "byte_fallback": true, "vocab": {"a": 0}, "merges": []})", "byte_fallback together",
          kByteLevel);
  refused(R"({"type": "BPE", "continuing_subword_prefix": "##", "vocab": {"a": 0, "##": 1}, "merges": ["a a"]})",
          "shorter than the prefix");
  refused(R"({"type": "BPE", "vocab": {"a": 0}, "merges": []})", "follows ByteLevel",
          fmt::format(R"({{"type": "Sequence", "pretokenizers": [{}, {{"type": "Whitespace"}}]}})", kByteLevel));
}

// Ids may have gaps, and a merge may stand twice.
TEST(BytePairEncoding, TakesHolesAndRepeatedMerges) {
  const Tokenizer tokenizer =
      from_json(R"({"vocab": {"a": 7, "b": 900, "ab": 3, "bb": 5}, "merges": ["a b", "b b", "a b"], "dropout": 0.0})");
  EXPECT_THAT(tokenizer.encode("abb").ids, ElementsAre(7, 5));  // of a merge that comes twice the last place counts
  EXPECT_THAT(tokenizer.encode("ab").ids, ElementsAre(3));
}

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path) << text; }

TEST(MergesFile, RefusesWhatCannotBe) {
  const TemporaryFolder folder;
  write(folder / "vocab.json", R"({"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3})");
  const auto refused = [&](std::string_view merges, std::string_view why) {
    write(folder / "merges.txt", merges);
    EXPECT_THAT([&] { Tokenizer::load(folder.path()); },
                ThrowsMessage<FormatError>(::testing::AllOf(HasSubstr("merges.txt"), HasSubstr(std::string(why)))));
  };
  refused("#version: 0.2\na b\nab\n", "the merge \"ab\" is not two tokens");
  refused("a b\na c\n", "needs the token \"c\"");
  refused("a \xff\n", "is not UTF-8");
  write(folder / "merges.txt", "#version: 0.2\r\na b\r\n\r\n");
  EXPECT_THAT(Tokenizer::load(folder.path()).encode("abba").ids, ElementsAre(2, 1, 0));
  write(folder / "vocab.json", R"(["a"])");
  EXPECT_THAT([&] { Tokenizer::load(folder.path()); },
              ThrowsMessage<FormatError>(HasSubstr("vocab.json: must be an object")));
}

}  // namespace
}  // namespace mana::text
