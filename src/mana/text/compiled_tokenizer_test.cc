#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "mana/base/errors.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Bytes = std::vector<std::byte>;

const std::filesystem::path kFixtures = fixture_path("tokenizer");

Tokenizer from(Bytes bytes) {
  const auto owner = std::make_shared<const Bytes>(std::move(bytes));
  return Tokenizer::from_compiled(*owner, owner, "model.mana");
}

Bytes small() { return Tokenizer::load(kFixtures / "added").compiled(); }

void expect_refused(const Bytes& bytes, const char* part) {
  EXPECT_THAT([&] { from(bytes); }, ThrowsMessage<FormatError>(AllOf(HasSubstr("model.mana: "), HasSubstr(part))));
}

// The number at byte `at`.
void set(Bytes& bytes, std::size_t at, std::uint64_t value) { std::memcpy(bytes.data() + at, &value, sizeof value); }

TEST(CompiledTokenizer, IsTheSameWhenCompiledAgain) {
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    if (!entry.is_directory()) continue;
    const Tokenizer original = Tokenizer::load(entry.path());
    const Bytes bytes = original.compiled();
    const Tokenizer compiled = from(bytes);
    EXPECT_EQ(compiled.compiled(), bytes) << entry.path();
    EXPECT_EQ(compiled.vocabulary_size(), original.vocabulary_size());
    EXPECT_EQ(compiled.model_max_length(), original.model_max_length());
    EXPECT_EQ(compiled.special_token_count(true), original.special_token_count(true));
    for (TokenId id = 0; id < static_cast<TokenId>(original.vocabulary_size()); ++id) {
      EXPECT_EQ(compiled.token(id), original.token(id));
      EXPECT_EQ(compiled.id(original.token(id)), original.id(original.token(id)));
    }
  }
}

TEST(CompiledTokenizer, UsesTheTablesWhereTheyAre) {
  const auto bytes = std::make_shared<const Bytes>(small());
  Tokenizer tokenizer = Tokenizer::from_compiled(*bytes, bytes);
  EXPECT_EQ(bytes.use_count(), 2);
  const Tokenizer moved = std::move(tokenizer);
  const char* token = moved.token(*moved.id("[UNK]")).data();  // an added token, which has a table of its own
  const char* word = moved.token(*moved.id("hello")).data();
  const char* begin = reinterpret_cast<const char*>(bytes->data());
  EXPECT_TRUE(token < begin || token >= begin + bytes->size());
  EXPECT_TRUE(word >= begin && word < begin + bytes->size());
}

TEST(CompiledTokenizer, RefusesWhatIsCutOff) {
  const Bytes whole = small();
  for (std::size_t size = 0; size < whole.size(); size += kSanitized ? 7 : 1) {
    EXPECT_THROW(from(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), FormatError) << size;
  }
  Bytes longer = whole;
  longer.resize(longer.size() + 8);
  expect_refused(longer, "more follows");
}

TEST(CompiledTokenizer, RefusesOtherFilesAndVersions) {
  Bytes other = small();
  set(other, 0, 7);
  expect_refused(other, "not a tokenizer");
  Bytes newer = small();
  set(newer, 8, 1000);
  expect_refused(newer, "version is 1000");
}

TEST(CompiledTokenizer, MustBeginAtAMultipleOfEight) {
  Bytes shifted = small();
  shifted.insert(shifted.begin(), std::byte{0});
  EXPECT_THROW(Tokenizer::from_compiled(std::span(shifted).subspan(1), nullptr), ArgumentError);
}

// A wrong number anywhere is refused, or makes a tokenizer that works (with other words, say).
TEST(CompiledTokenizer, SurvivesAnyWrongNumber) {
  const Bytes whole = small();
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += kSanitized ? 40 : 8) {
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0xFFFFFFFF},
                                      std::uint64_t{1} << 32, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
      Bytes wrong = whole;
      set(wrong, at, value);
      try {
        const Tokenizer tokenizer = from(std::move(wrong));
        for (const TokenId id : tokenizer.encode("Hello runnings New York <a> \u00e9 \u4e2d [MASK]").ids) {
          if (id >= 0) tokenizer.decode(std::vector{id});
        }
      } catch (const FormatError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, kSanitized ? 20 : 100);
}

}  // namespace
}  // namespace mana::text
