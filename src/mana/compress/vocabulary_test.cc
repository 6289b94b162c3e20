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
#include "mana/models/sentence/model_folder.h"
#include "mana/text/tokenizer.h"

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
  EXPECT_THAT(tokens_to_keep(all, 6), ElementsAre(1, 3, 5, 6, 7, 8));
  EXPECT_THAT(tokens_to_keep(all, 7), ElementsAre(1, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(tokens_to_keep(all, 8), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));  // equally frequent: the lower id
  EXPECT_THAT(tokens_to_keep(all, 9), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(tokens_to_keep(all, 100).size(), all.size());
  EXPECT_THAT([&] { tokens_to_keep(all, 5); }, ThrowsMessage<ArgumentError>(HasSubstr("6 must stay")));
}

TEST(TokensToKeep, KeepsATokenWithACharacterThatHasNoPieceOfItsOwn) {
  // There is no "##é": without "café" the word could not be cut.
  const auto all = tokens({{"café", 0}, {"c", 0}, {"##a", 0}, {"##f", 0}, {"caf", 9}});
  EXPECT_THAT(tokens_to_keep(all, 4), ElementsAre(0, 1, 2, 3));
}

TEST(ReduceVocabulary, RenumbersEveryFileAndLeavesNoTextWithoutTokens) {
  const std::vector<std::string> corpus = {"the cat sat", "hello"};
  for (const std::string name : {"mean", "vocabulary_file"}) {
    const std::filesystem::path model = MANA_SOURCE_DIR "/tests/fixtures/sentence_models/" + name;
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
  const std::filesystem::path model = MANA_SOURCE_DIR "/tests/fixtures/sentence_models/vocabulary_file";
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
