#include "mana/models/words/word_embedding_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::vector<float> kValues = {1, 2, 3, 4, 5, 6};

formats::WordVectors three_words() {
  return {.words = {"the", "king", "می\u200Cروم"},
          .counts = {6, 3, 1},
          .dimensions = 2,
          .bytes = std::as_bytes(std::span(kValues))};
}

std::vector<float> row_of(const formats::WordVectors& vectors, std::size_t word) {
  std::vector<float> row(vectors.dimensions);
  vectors.read_vector(word, row);
  return row;
}

TEST(WordEmbeddingFolder, HoldsTheWordsAndOneForAllOthers) {
  const TemporaryFolder folder;
  write_word_embedding_folder(folder / "words", three_words(), {});
  const formats::WordVectors vectors = open_word_embedding_folder(folder / "words");
  EXPECT_THAT(vectors.words, ElementsAre("the", "king", "می\u200Cروم"));
  EXPECT_THAT(row_of(vectors, 2), ElementsAre(5, 6));
  const auto tokenizer = text::Tokenizer::load(folder / "words");
  EXPECT_THAT(tokenizer.encode("The KING's می\u200Cروم").ids, ElementsAre(0, 1, 3, 2));
}

TEST(WordEmbeddingFolder, KeepsCountsAndHowTheWordsWereTrained) {
  const TemporaryFolder folder;
  formats::WordVectors vectors = three_words();
  vectors.training = {.window = 3, .negatives = 7, .model = formats::VectorTraining::Model::cbow, .sample = 1e-2};
  write_word_embedding_folder(folder / "words", vectors, {});
  const formats::WordVectors again = open_word_embedding_folder(folder / "words");
  EXPECT_THAT(again.counts, ElementsAre(6, 3, 1));
  ASSERT_TRUE(again.training);
  EXPECT_EQ(again.training->window, 3);
  EXPECT_EQ(again.training->negatives, 7);
  EXPECT_EQ(again.training->sample, 1e-2);
  EXPECT_EQ(again.training->model, formats::VectorTraining::Model::cbow);

  const auto record = [&](const char* text) { std::ofstream(folder / "words" / "word_vectors.json") << text; };
  record(R"({"counts":[1,2]})");
  EXPECT_TRUE(open_word_embedding_folder(folder / "words").counts.empty()) << "it is of other words";
  for (const char* bad : {"{", R"({"counts":[1,2,-3]})", R"({"counts":7})", R"({"counts":[1,2,3],"training":{}})"}) {
    record(bad);
    EXPECT_THROW(open_word_embedding_folder(folder / "words"), FormatError) << bad;
  }
}

TEST(WordEmbeddingFolder, LetsFrequentWordsWeighLess) {
  const TemporaryFolder folder;
  write_word_embedding_folder(folder / "words", three_words(), {}, 0.1);
  const formats::WordVectors vectors = open_word_embedding_folder(folder / "words");
  const auto weight = [](double share) { return static_cast<float>(0.1 / (0.1 + share)); };
  EXPECT_THAT(row_of(vectors, 0), ElementsAre(1 * weight(0.6), 2 * weight(0.6)));
  EXPECT_THAT(row_of(vectors, 2), ElementsAre(5 * weight(0.1), 6 * weight(0.1)));
}

TEST(WordEmbeddingFolder, RefusesWordsThatATokenizerCannotHold) {
  const TemporaryFolder folder;
  formats::WordVectors vectors = three_words();
  const auto write = [&] { write_word_embedding_folder(folder / "words", vectors, {}, 1e-3); };
  vectors.words[2] = "the";
  EXPECT_THAT(write, ThrowsMessage<ArgumentError>(HasSubstr("\"the\" is there twice")));
  vectors.words[2] = "\xFF";
  EXPECT_THAT(write, ThrowsMessage<ArgumentError>(HasSubstr("is not UTF-8")));
  vectors = three_words();
  vectors.counts.clear();
  EXPECT_THAT(write, ThrowsMessage<ArgumentError>(HasSubstr("need the counts")));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(WordEmbeddingFolder, NamesTheTokenOfOtherWordsSoThatItIsNoWord) {
  const TemporaryFolder folder;
  formats::WordVectors vectors = three_words();
  vectors.counts.clear();
  vectors.words[1] = "[UNK]";
  write_word_embedding_folder(folder / "words", vectors, {});
  EXPECT_THAT(open_word_embedding_folder(folder / "words").words, ElementsAre("the", "[UNK]", "می\u200Cروم", "[UNK]]"));
}

TEST(WordEmbeddingFolder, IsReadFromAnyStaticEmbedding) {
  const std::filesystem::path fixtures = fixture_path();
  EXPECT_GT(open_word_embedding_folder(fixtures / "static_models/plain").size(), 20u);
  EXPECT_GT(open_word_embedding_folder(fixtures / "static_models/model2vec").size(), 20u);
  EXPECT_THAT([&] { open_word_embedding_folder(fixtures / "sentence_models/mean"); },
              ThrowsMessage<ArgumentError>(HasSubstr("no static embedding")));
}

}  // namespace
}  // namespace mana::models
