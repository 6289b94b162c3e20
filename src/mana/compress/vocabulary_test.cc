#include "mana/compress/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"
#include "mana/compress/kept_tokens.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::compress {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<VocabularyToken> tokens(std::initializer_list<std::pair<const char*, std::uint64_t>> counted) {
  std::vector<VocabularyToken> all;
  for (const auto& [text, count] : counted) {
    const std::string_view name = text;
    all.push_back({text, static_cast<std::int64_t>(all.size()), count, name == "[CLS]"});
  }
  return all;
}

TEST(TokensToKeep, KeepsWhatSpellsEveryWordAndThenTheMostFrequent) {
  const auto all = tokens({{"[unused1]", 0},
                           {"[CLS]", 0},
                           {"cat", 5},
                           {"a", 0},
                           {"act", 7},
                           {"##a", 0},
                           {"##c", 0},
                           {"##t", 0},
                           {"c", 0},
                           {"##at", 5}});
  EXPECT_THAT(tokens_to_keep(all, 6, "##"), ElementsAre(1, 3, 5, 6, 7, 8));
  EXPECT_THAT(tokens_to_keep(all, 7, "##"), ElementsAre(1, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(tokens_to_keep(all, 8, "##"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));  // equally frequent: the lower id
  EXPECT_THAT(tokens_to_keep(all, 9, "##"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(tokens_to_keep(all, 100, "##").size(), all.size());
  EXPECT_THAT([&] { tokens_to_keep(all, 5, "##"); }, ThrowsMessage<ArgumentError>(HasSubstr("6 must stay")));
}

TEST(TokensToKeep, KeepsATokenWithACharacterThatHasNoPieceOfItsOwn) {
  // There is no "##é": without "café" the word could not be cut.
  const auto all = tokens({{"café", 0}, {"c", 0}, {"##a", 0}, {"##f", 0}, {"caf", 9}});
  EXPECT_THAT(tokens_to_keep(all, 4, "##"), ElementsAre(0, 1, 2, 3));
}

TEST(TokensToKeep, KeepsATokenWithWhatItIsMergedFrom) {
  auto all = tokens({{"a", 0}, {"b", 0}, {"c", 0}, {"ab", 0}, {"abc", 9}, {"bc", 5}, {"ca", 4}});
  all[3].parts = {"a", "b"};
  all[4].parts = {"ab", "c"};
  all[5].parts = {"b", "c"};
  all[6].parts = {"c", "a"};
  EXPECT_THAT(tokens_to_keep(all, 6, ""), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(tokens_to_keep(all, 5, ""), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(tokens_to_keep(all, 4, ""), ElementsAre(0, 1, 2, 5));  // "abc" has no room for "ab"
}

/// A folder of the fixture "mean" whose tokenizer has this model, with as many pieces as the table has rows.
void put_model(const std::filesystem::path& folder, models::Json model, models::Json pre_tokenizer) {
  std::filesystem::remove(folder / "vocab.txt");
  std::ofstream(folder / "spiece.model") << "all pieces";
  models::write_json(folder / "tokenizer_config.json", {{"tokenizer_class", "PreTrainedTokenizerFast"}});
  models::Json added = models::Json::array();
  const char* const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (int id = 0; id < 5; ++id) {
    added.push_back({{"id", id},
                     {"content", special[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  models::write_json(folder / "tokenizer.json",
                     {{"added_tokens", std::move(added)},
                      {"normalizer", nullptr},
                      {"pre_tokenizer", std::move(pre_tokenizer)},
                      {"post_processor", {{"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}}},
                      {"decoder", nullptr},
                      {"model", std::move(model)}});
}

std::vector<std::string> pieces_without_merges(const std::string& space) {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", space};
  for (char c = 'a'; c <= 'z'; ++c) pieces.emplace_back(1, c);
  return pieces;
}

/// Every id of the reduced tokenizer has the vector that its piece had, and texts have the pieces `wanted`.
void expect_reduced(const std::filesystem::path& model, std::size_t size,
                    const std::vector<std::pair<std::string, std::vector<std::string>>>& wanted) {
  const text::Tokenizer before = text::Tokenizer::load(model);
  const std::string table = "embeddings.word_embeddings.weight";
  const formats::StoredWeights old_weights = formats::StoredWeights::open(model);
  const std::vector<float> old_rows = old_weights.f32(table, old_weights.at(table).shape);
  reduce_vocabulary(model, size, std::vector<std::string>{"the cat and the cat", "the the"});
  const text::Tokenizer after = text::Tokenizer::load(model);
  ASSERT_EQ(after.vocabulary_size(), size);
  EXPECT_FALSE(std::filesystem::exists(model / "spiece.model"));
  const std::vector<float> rows = formats::StoredWeights::open(model).f32(table, {size, 32});
  for (text::TokenId id = 0; static_cast<std::size_t>(id) < size; ++id) {
    const text::TokenId old = before.id(after.token(id)).value();
    ASSERT_EQ(rows[static_cast<std::size_t>(id) * 32], old_rows[static_cast<std::size_t>(old) * 32]);
  }
  for (const auto& [text, pieces] : wanted) {
    std::vector<std::string> found;
    for (const text::TokenId id : after.encode(text).ids) found.emplace_back(after.token(id));
    EXPECT_EQ(found, pieces) << text;
  }
}

TEST(ReduceVocabulary, OfAUnigramKeepsScoresAndTheUnknownPiece) {
  const TemporaryFolder folder;
  models::copy_model(fixture_path("sentence_models/mean"), folder.path());
  const std::string table = "embeddings.word_embeddings.weight";
  const std::size_t count = formats::StoredWeights::open(folder.path()).at(table).shape.at(0);
  std::vector<std::string> pieces = pieces_without_merges("\u2581");
  for (const char* piece : {"\u2581the", "\u2581cat", "\u2581and"}) pieces.emplace_back(piece);
  while (pieces.size() < count) pieces.push_back("q" + std::string(pieces.size() - 30, 'z'));
  models::Json scored = models::Json::array();
  for (const std::string& piece : pieces) scored.push_back({piece, piece.size() > 3 ? -4.0 : -6.0});
  put_model(folder.path(), {{"type", "Unigram"}, {"unk_id", 1}, {"vocab", scored}, {"byte_fallback", false}},
            {{"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", "always"}, {"split", true}});
  expect_reduced(folder.path(), 34,
                 {{"the cat", {"[CLS]", "\u2581the", "\u2581cat", "[SEP]"}},
                  {"and", {"[CLS]", "\u2581", "a", "n", "d", "[SEP]"}},
                  {"the \u00e9", {"[CLS]", "\u2581the", "\u2581", "[UNK]", "[SEP]"}}});
}

TEST(ReduceVocabulary, OfABytePairEncodingKeepsMergesClosed) {
  const TemporaryFolder folder;
  models::copy_model(fixture_path("sentence_models/mean"), folder.path());
  const std::string table = "embeddings.word_embeddings.weight";
  const std::size_t count = formats::StoredWeights::open(folder.path()).at(table).shape.at(0);
  std::vector<std::string> pieces = pieces_without_merges("-");
  models::Json merges = models::Json::array();
  const auto merge = [&](const std::string& left, const std::string& right) {
    merges.push_back({left, right});
    pieces.push_back(left + right);
  };
  merge("a", "n"), merge("an", "d"), merge("t", "h"), merge("th", "e"), merge("c", "a"), merge("ca", "t");
  while (pieces.size() < count) merge(pieces.size() == 38 ? "z" : pieces.back(), "z");
  models::Json vocabulary = models::Json::object();
  for (const std::string& piece : pieces) vocabulary[piece] = vocabulary.size();
  put_model(folder.path(), {{"type", "BPE"}, {"unk_token", "[UNK]"}, {"vocab", vocabulary}, {"merges", merges}},
            {{"type", "WhitespaceSplit"}});
  expect_reduced(folder.path(), 36,
                 {{"the cat", {"[CLS]", "the", "cat", "[SEP]"}},
                  {"and zz", {"[CLS]", "a", "n", "d", "z", "z", "[SEP]"}},
                  {"th \u00e9", {"[CLS]", "th", "[UNK]", "[SEP]"}}});
}

TEST(ReduceVocabulary, RenumbersEveryFileAndLeavesNoTextWithoutTokens) {
  const std::vector<std::string> corpus = {"the cat sat", "hello"};
  for (const std::string name : {"mean", "vocabulary_file"}) {
    const std::filesystem::path model = fixture_path("sentence_models/" + name);
    const TemporaryFolder folder;
    models::copy_model(model, folder.path());
    reduce_vocabulary(folder.path(), 90, corpus);
    const text::Tokenizer before = text::Tokenizer::load(model), after = text::Tokenizer::load(folder.path());
    EXPECT_EQ(after.vocabulary_size(), 90U);
    const formats::StoredWeights old_weights = formats::StoredWeights::open(model);
    const formats::StoredWeights weights = formats::StoredWeights::open(folder.path());
    const std::string table = "embeddings.word_embeddings.weight";
    const std::vector<float> old_rows = old_weights.f32(table, old_weights.at(table).shape);
    const std::vector<float> rows = weights.f32(table, {90, 32});
    for (text::TokenId id = 0; id < 90; ++id) {
      const text::TokenId old = before.id(after.token(id)).value();
      ASSERT_EQ(rows[static_cast<std::size_t>(id) * 32], old_rows[static_cast<std::size_t>(old) * 32]);
    }
    EXPECT_EQ(after.encode("the cat").ids.size(), 4U);
    EXPECT_EQ(after.token(after.encode("the cat").ids.front()), "[CLS]");
    const text::TokenId unknown = after.id("[UNK]").value(), old_unknown = before.id("[UNK]").value();
    for (const std::string text : {"query", "passage", "unaffable", "hello world 42?", "日本 é", "سلام"}) {
      const auto unknowns = [](const std::vector<text::TokenId>& ids, text::TokenId id) {
        return std::ranges::count(ids, id);
      };
      EXPECT_EQ(unknowns(after.encode(text).ids, unknown), unknowns(before.encode(text).ids, old_unknown)) << text;
    }
  }
}

TEST(ReduceVocabulary, KeepsTokensThatWereAddedInFilesOfTheirOwn) {
  const std::filesystem::path model = fixture_path("sentence_models/vocabulary_file");
  for (const char* file : {"added_tokens.json", "tokenizer_config.json"}) {
    const TemporaryFolder folder;
    models::copy_model(model, folder.path());
    // The last two lines of the vocabulary become added tokens with the same vectors.
    std::string lines = read_file(folder / "vocab.txt");
    const auto count = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
    for (int i = 0; i < 2; ++i) lines.erase(lines.rfind('\n', lines.size() - 2) + 1);
    std::ofstream(folder / "vocab.txt") << lines;
    models::Json added = models::Json::object();
    const std::string first = std::to_string(count - 2), second = std::to_string(count - 1);
    if (std::string_view(file) == "added_tokens.json") {
      added = {{"<two>", count - 1}, {"<one>", count - 2}};
    } else {
      added = models::read_json(folder / file);
      added["added_tokens_decoder"] = {{second, {{"content", "<two>"}}}, {first, {{"content", "<one>"}}}};
    }
    models::write_json(folder / file, added);
    const text::Tokenizer before = text::Tokenizer::load(folder.path());
    ASSERT_EQ(before.id("<two>"), static_cast<text::TokenId>(count - 1));
    const formats::StoredWeights old_weights = formats::StoredWeights::open(model);
    const std::string table = "embeddings.word_embeddings.weight";
    const std::vector<float> old_rows = old_weights.f32(table, old_weights.at(table).shape);

    reduce_vocabulary(folder.path(), 90, std::vector<std::string>{"the cat sat", "hello"});
    const text::Tokenizer after = text::Tokenizer::load(folder.path());
    EXPECT_EQ(after.id("<one>"), 88);
    EXPECT_EQ(after.id("<two>"), 89);
    EXPECT_THAT(after.notes(), testing::IsEmpty());  // the files give them the same ids
    const std::vector<float> rows = formats::StoredWeights::open(folder.path()).f32(table, {90, 32});
    EXPECT_EQ(rows[88 * 32], old_rows[(count - 2) * 32]);
    EXPECT_EQ(rows[89 * 32], old_rows[(count - 1) * 32]);
    EXPECT_EQ(after.encode("the <two>cat").ids.at(2), 89);
  }
}

}  // namespace
}  // namespace mana::compress
