#include "mana/text/unigram.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer.h"
#include "mana/text/tokenizer_files.h"

namespace mana::text {
namespace {

using Scores = std::map<std::string, double, std::less<>>;

Unigram make(const Scores& scores, Unigram::Reference reference, bool bytes = false) {
  Unigram::Parts parts;
  parts.reference = reference;
  parts.vocabulary.insert("<unk>", 0);
  parts.scores = {0};
  double lowest = std::numeric_limits<double>::max();
  for (const auto& [text, score] : scores) {
    const auto id = static_cast<TokenId>(parts.scores.size());
    parts.vocabulary.insert(text, id);
    parts.pieces.push_back({text, id});
    parts.scores.push_back(score);
    lowest = std::min(lowest, score);
  }
  for (int byte = 0; bytes && byte < 256; ++byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const std::string token = {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
    parts.vocabulary.insert(token, static_cast<TokenId>(parts.scores.size()));
    parts.scores.push_back(0);
  }
  if (bytes) parts.bytes = byte_tokens(parts.vocabulary);
  parts.unknown_score = lowest - Unigram::kUnknownPenalty;
  return Unigram(std::move(parts));
}

struct Cut {
  std::vector<std::string> tokens;
  std::vector<std::string> texts;
};

Cut cut(const Unigram& model, const std::string& word) {
  NormalizedText text;
  text.assign(word, 0, false);
  Words words;
  words.push_back({0, static_cast<std::uint32_t>(word.size())});
  ModelMemory memory;
  Pieces pieces;
  model(text.text(), words, memory, pieces);
  Cut result;
  for (const Piece& piece : pieces) {
    result.tokens.emplace_back(model.vocabulary().token(piece.id).value());
    result.texts.emplace_back(piece.range.of(text.text()));
  }
  return result;
}

using Strings = std::vector<std::string>;

TEST(Unigram, TakesTheWayOfTheLargestSum) {
  const Scores scores = {{"a", -3}, {"b", -3}, {"ab", -5}, {"abc", -9}, {"c", -2}, {"bc", -3.5}};
  for (const auto reference : {Unigram::Reference::tokenizers, Unigram::Reference::sentence_piece}) {
    const Unigram model = make(scores, reference);
    EXPECT_EQ(cut(model, "abc").tokens, (Strings{"a", "bc"}));
    EXPECT_EQ(cut(model, "abab").tokens, (Strings{"ab", "ab"}));
  }
}

TEST(Unigram, JoinsWhatIsUnknown) {
  const Unigram model = make({{"a", -1}, {"ab", -1.5}}, Unigram::Reference::tokenizers);
  EXPECT_EQ(cut(model, "a\u0436\u4e2dab\u0436").tokens, (Strings{"a", "<unk>", "ab", "<unk>"}));
  EXPECT_EQ(cut(model, "a\u0436\u4e2dab\u0436").texts, (Strings{"a", "\u0436\u4e2d", "ab", "\u0436"}));
}

TEST(Unigram, TakesBytesOfTheWholeRunOrOfEachCharacter) {
  const Scores scores = {{"a", -1}};
  const Strings tokens = {"a", "<0xD0>", "<0xB6>", "<0xD0>", "<0xB6>"};
  const Cut run = cut(make(scores, Unigram::Reference::tokenizers, true), "a\u0436\u0436");
  EXPECT_EQ(run.tokens, tokens);
  EXPECT_EQ(run.texts, (Strings{"a", "\u0436\u0436", "\u0436\u0436", "\u0436\u0436", "\u0436\u0436"}));
  const Cut each = cut(make(scores, Unigram::Reference::sentence_piece, true), "a\u0436\u0436");
  EXPECT_EQ(each.tokens, tokens);
  EXPECT_EQ(each.texts, (Strings{"a", "\u0436", "\u0436", "\u0436", "\u0436"}));
}

// The largest sum of all ways to cut a word.
double best_sum(const Scores& scores, std::string_view word, double unknown) {
  std::vector<double> best(word.size() + 1, -std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::size_t end = 1; end <= word.size(); ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      const auto found = scores.find(word.substr(begin, end - begin));
      if (found != scores.end()) best[end] = std::max(best[end], best[begin] + found->second);
    }
    if (!scores.contains(word.substr(end - 1, 1))) best[end] = std::max(best[end], best[end - 1] + unknown);
  }
  return best.back();
}

TEST(Unigram, HasTheSumOfTheBestWayForRandomVocabularies) {
  std::mt19937 random(1);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  const auto some_word = [&](std::size_t most) {
    std::string word(1 + below(static_cast<unsigned>(most)), ' ');
    for (char& c : word) c = static_cast<char>('a' + below(3));
    return word;
  };
  for (int trial = 0; trial < 300; ++trial) {
    Scores scores;
    double lowest = 0;
    for (int i = 0; i < 12; ++i) {
      const double score = -1.0 - static_cast<double>(below(64)) / 8.0;
      if (scores.emplace(some_word(5), score).second) lowest = std::min(lowest, score);
    }
    const auto reference = trial % 2 ? Unigram::Reference::tokenizers : Unigram::Reference::sentence_piece;
    const Unigram model = make(scores, reference);
    const std::string word = some_word(40);
    double sum = 0;
    const Cut result = cut(model, word);
    std::string whole;
    for (std::size_t i = 0; i < result.tokens.size(); ++i) {
      whole += result.texts[i];
      if (result.tokens[i] != "<unk>") {
        sum += scores.find(result.tokens[i])->second;
      } else {
        sum += (lowest - Unigram::kUnknownPenalty) * static_cast<double>(result.texts[i].size());
      }
    }
    EXPECT_EQ(whole, word);
    EXPECT_DOUBLE_EQ(sum, best_sum(scores, word, lowest - Unigram::kUnknownPenalty)) << word;
  }
}

TEST(Unigram, TakesAsLongAsTheTextIs) {
  Scores scores = {{"b", -2}};
  for (std::size_t size = 1; size <= 16; ++size)
    scores.emplace(std::string(size, 'a'), -2.0 - static_cast<double>(size) / 8);
  for (const auto reference : {Unigram::Reference::tokenizers, Unigram::Reference::sentence_piece}) {
    const Unigram model = make(scores, reference);
    EXPECT_EQ(cut(model, std::string(1 << 20, 'a')).tokens.size(), (1 << 20) / 16);
    EXPECT_EQ(cut(model, std::string(1 << 20, 'b')).tokens.size(), std::size_t{1} << 20);
    EXPECT_EQ(cut(model, std::string(1 << 20, 'c')).texts, Strings{std::string(1 << 20, 'c')});
  }
}

// All bytes of a run of unknown characters are from the whole run, in a word that comes again, too.
TEST(Unigram, GivesAWordThatComesAgainTheSameOffsets) {
  const auto document = json::Document::parse(R"({"model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
      "vocab": [["?", 0], ["<0x41>", -1]]}, "pre_tokenizer": {"type": "WhitespaceSplit"}})",
                                              "tokenizer.json");
  const Tokenizer tokenizer(std::make_unique<const Tokenizer::Pipeline>(read_tokenizer_json(document.root())));
  const std::vector<Offsets> offsets = tokenizer.encode("AA AA").offsets;
  EXPECT_EQ(offsets, (std::vector<Offsets>{{0, 2}, {0, 2}, {3, 5}, {3, 5}}));
}

// What tokenizers 0.23.3 makes of it: the mark goes before what is from the first character, whatever stands first now.
TEST(Metaspace, MarksWhatIsFromTheFirstCharacter) {
  const auto ids = [](std::string_view normalizer, std::string_view text) {
    const std::string file = fmt::format(R"({{"normalizer": {}, "model": {{"type": "Unigram", "unk_id": 0, "vocab":
        [["?", 0], ["\u2581", -3], ["a", -2], ["b", -2], ["\u2581a", -3.5]]}}, "pre_tokenizer": {{"type": "Sequence", "pretokenizers":
        [{{"type": "WhitespaceSplit"}}, {{"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first"}}]}}}})",
                                         normalizer);
    const auto document = json::Document::parse(file, "tokenizer.json");
    const Tokenizer tokenizer(std::make_unique<const Tokenizer::Pipeline>(read_tokenizer_json(document.root())));
    std::vector<TokenId> alone;
    tokenizer.append(text, {}, alone);
    EXPECT_EQ(tokenizer.encode(text).ids, alone);
    return alone;
  };
  using Ids = std::vector<TokenId>;
  constexpr std::string_view kStrip = R"({"type": "Strip", "strip_left": true, "strip_right": true})";
  EXPECT_EQ(ids(kStrip, "ab"), (Ids{4, 3}));
  EXPECT_EQ(ids(kStrip, " ab"), (Ids{2, 3}));
  constexpr std::string_view kReplace = R"({"type": "Replace", "pattern": {"String": "c"}, "content": "a b"})";
  EXPECT_EQ(ids(kReplace, "cab a"), (Ids{4, 1, 3, 2, 3, 2}));
}

TEST(PieceTrie, FindsEveryBeginning) {
  std::mt19937 random(2);
  std::map<std::string, TokenId> all;
  while (all.size() < 20000) {
    std::string piece(1 + random() % 6, ' ');
    for (char& c : piece) c = static_cast<char>(random() % 5 == 0 ? 'a' + random() % 26 : 0x21 + random() % 90);
    all.emplace(piece, static_cast<TokenId>(all.size()));
  }
  std::vector<PieceTrie::Piece> pieces;
  for (const auto& [text, id] : all) pieces.push_back({text, id});
  const PieceTrie trie(pieces);
  std::size_t ids = 0;
  trie.for_each_id([&](TokenId) { ++ids; });
  EXPECT_EQ(ids, all.size());
  for (const auto& [text, id] : all) {
    const std::string longer = text + "\u00e9";
    std::vector<std::pair<TokenId, std::size_t>> found, expected;
    trie.for_each_prefix(longer.data(), longer.data() + longer.size(),
                         [&](TokenId piece, const char* end) { found.emplace_back(piece, end - longer.data()); });
    for (std::size_t size = 1; size <= longer.size(); ++size) {
      const auto known = all.find(longer.substr(0, size));
      if (known != all.end()) expected.emplace_back(known->second, size);
    }
    ASSERT_EQ(found, expected) << text;
  }
}

TEST(PieceTrie, KeepsTheLastIdOfAText) {
  const PieceTrie trie({{"a", 1}, {"b", 2}, {"a", 3}});
  const std::string_view text = "a";
  trie.for_each_prefix(text.data(), text.data() + 1, [](TokenId id, const char*) { EXPECT_EQ(id, 3); });
}

}  // namespace
}  // namespace mana::text
