#include "mana/compress/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
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
    const formats::Checkpoint old_weights = formats::Checkpoint::open(model);
    const formats::Checkpoint weights = formats::Checkpoint::open(folder.path());
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

}  // namespace
}  // namespace mana::compress
