#include "mana/train/sentence/word_deletion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr text::TokenId kBegin = 2, kEnd = 3;

class WordDeletionTest : public testing::Test {
 protected:
  std::vector<text::TokenId> left(const WordDeletion& deletion, const std::vector<text::TokenId>& ids,
                                  std::uint64_t key, std::size_t prompt = 0) const {
    std::vector<text::TokenId> result;
    for (const std::uint32_t place : deletion.kept(ids, prompt, Random(key))) result.push_back(ids[place]);
    return result;
  }
  text::TokenId id(const char* token) const { return tokenizer_.id(token).value(); }

  text::Tokenizer tokenizer_ = text::Tokenizer::load(fixture_path("sentence_models/mean"));
};

TEST_F(WordDeletionTest, LeavesOutTheShareOfWordsThatIsAskedFor) {
  std::vector<text::TokenId> ids(102, id("cat"));
  ids.front() = kBegin;
  ids.back() = kEnd;
  for (const double share : {0.0, 0.3, 0.6, 0.9}) {
    const WordDeletion deletion(tokenizer_, share);
    std::size_t tokens = 0;
    for (std::uint64_t key = 0; key < 1000; ++key) {
      const auto found = left(deletion, ids, key);
      EXPECT_EQ(found.front(), kBegin);
      EXPECT_EQ(found.back(), kEnd);
      tokens += found.size() - 2;
    }
    EXPECT_NEAR(static_cast<double>(tokens) / 100'000, 1 - share, 0.006);
  }
}

TEST_F(WordDeletionTest, AWordIsAllOfItsTokens) {
  const WordDeletion deletion(tokenizer_, 0.6);
  std::vector<text::TokenId> pieces;
  for (text::TokenId i = 5; i < 99; ++i) {
    if (tokenizer_.token(i).starts_with("##") && tokenizer_.token(i).size() > 2) pieces.push_back(i);
  }
  ASSERT_GE(pieces.size(), 2U);
  const text::TokenId cat = id("cat");
  const std::vector<text::TokenId> ids = {kBegin, cat, pieces[0], pieces[1], cat, pieces[1], cat, kEnd};
  for (std::uint64_t key = 0; key < 200; ++key) {
    const auto found = left(deletion, ids, key);
    const auto count = [&](text::TokenId token) { return std::ranges::count(found, token); };
    EXPECT_GE(count(cat), 1);
    EXPECT_LE(count(cat), 3);
    EXPECT_EQ(count(pieces[0]), std::ranges::search(found, std::vector{cat, pieces[0], pieces[1]}).empty() ? 0 : 1);
  }
}

TEST_F(WordDeletionTest, OneWordStays) {
  const WordDeletion deletion(tokenizer_, 0.99);
  const std::vector<text::TokenId> ids = {kBegin, id("cat"), id("cat"), kEnd};
  for (std::uint64_t key = 0; key < 100; ++key) EXPECT_GE(left(deletion, ids, key).size(), 3U);
  EXPECT_EQ(left(deletion, {kBegin, kEnd}, 1), (std::vector<text::TokenId>{kBegin, kEnd}));
}

TEST_F(WordDeletionTest, ThePromptStays) {
  const WordDeletion deletion(tokenizer_, 0.9);
  const text::TokenId cat = id("cat"), mat = id("mat");
  for (std::uint64_t key = 0; key < 100; ++key) {
    const auto found = left(deletion, {kBegin, mat, mat, cat, cat, cat, kEnd}, key, 3);
    EXPECT_EQ(std::ranges::count(found, mat), 2);
  }
}

TEST_F(WordDeletionTest, RefusesWhatCannotBe) {
  EXPECT_THAT([&] { WordDeletion(tokenizer_, 1); }, ThrowsMessage<ArgumentError>(HasSubstr("give a share below 1")));
  const TemporaryFolder folder;
  std::ofstream(folder / "tokenizer.json")
      << R"({"version":"1.0","added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"Whitespace"},)"
         R"("post_processor":null,"decoder":null,)"
         R"("model":{"type":"WordLevel","vocab":{"[UNK]":0,"cat":1},"unk_token":"[UNK]"}})";
  const text::Tokenizer bare = text::Tokenizer::load(folder.path());
  EXPECT_THAT([&] { WordDeletion(bare, 0.6); }, ThrowsMessage<ArgumentError>(HasSubstr("does not put tokens before")));
}

}  // namespace
}  // namespace mana::train
