#include "mana/formats/marian_tokenizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/marian_tokenizers.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const fs::path kModels = fixture_path("sentencepiece");

TEST(MarianTokenizerFiles, HaveMariansIds) {
  const TemporaryFolder folder;
  write_marian_tokenizers(folder.path(), {.source = kModels / "unigram.model",
                                          .target = kModels / "bpe.model",
                                          .language_codes = {">>deu<<"},
                                          .max_length = 100});
  const auto tokenizers = text::read_marian_tokenizers(folder.path());
  for (const text::Tokenizer* tokenizer : {&tokenizers.source, &tokenizers.target}) {
    EXPECT_EQ(tokenizer->token(0), "</s>");
    EXPECT_EQ(tokenizer->token(1), "<unk>");
    EXPECT_EQ(tokenizer->id("<pad>"), tokenizer->vocabulary_size() - 1);
    EXPECT_EQ(tokenizer->id(">>deu<<"), tokenizer->vocabulary_size() - 2);
    EXPECT_EQ(tokenizer->id("<cls>"), std::nullopt);
    EXPECT_EQ(tokenizer->model_max_length(), 100U);
    const auto ids = tokenizer->encode("Hello world").ids;
    EXPECT_EQ(ids.back(), 0);
    EXPECT_EQ(tokenizer->decode(ids), "Hello world");
  }
  EXPECT_FALSE(fs::exists(folder / "target_vocab.json"));
}

// transformers takes the id of <pad> from the source's list, whichever list is asked.
TEST(MarianTokenizerFiles, OfTwoListsHaveOneIdOfPadding) {
  const TemporaryFolder folder;
  write_marian_tokenizers(
      folder.path(),
      {.source = kModels / "suffix.model", .target = kModels / "bytes.model", .separate_vocabularies = true});
  const auto tokenizers = text::read_marian_tokenizers(folder.path());
  EXPECT_EQ(tokenizers.source.id("<pad>"), tokenizers.source.vocabulary_size() - 1);
  EXPECT_EQ(tokenizers.target.id("<pad>"), tokenizers.source.id("<pad>"));
  EXPECT_GT(tokenizers.target.vocabulary_size(), tokenizers.source.vocabulary_size());
  EXPECT_EQ(tokenizers.target.decode(tokenizers.target.encode("ab é \u4e2d").ids), "ab é \u4e2d");
}

TEST(MarianTokenizerFiles, RefuseWhatIsNoCodeOfALanguage) {
  const TemporaryFolder folder;
  for (const char* code : {"deu", ">><<", ">>a<<b<<"}) {
    const MarianTokenizerFiles files{
        .source = kModels / "bpe.model", .target = kModels / "bpe.model", .language_codes = {code}};
    EXPECT_THAT([&] { write_marian_tokenizers(folder.path(), files); },
                ThrowsMessage<ArgumentError>(HasSubstr("is no code of a language")));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace mana::formats
