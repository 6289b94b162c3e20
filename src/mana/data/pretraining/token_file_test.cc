#include "mana/data/pretraining/token_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/base/xxh64.h"
#include "mana/data/pretraining/small_corpus.h"
#include "mana/data/pretraining/token_file_form.h"

namespace mana::data {
namespace {

class TokenFileWidth : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TokenFileWidth, HoldsWhatWasWritten) {
  const TemporaryFolder folder;
  TokenFileWriter writer(folder / "x.tokens", {.text = 7, .tokenizer = 8, .vocabulary = GetParam()});
  const auto last = static_cast<std::int32_t>(GetParam() - 1);
  const std::vector<std::int32_t> first = {1, 2, last}, second = {0}, third = {5, 6, 7, 8};
  const std::vector<std::uint32_t> two = {1, 2}, one = {1}, four = {4};
  writer.begin_document();
  writer.add(first, two);
  writer.add(second, one);
  writer.begin_document();
  writer.begin_document();  // one without sentences is none
  writer.add(third, four);
  writer.commit();

  const TokenFile file = TokenFile::open(folder / "x.tokens");
  EXPECT_EQ(file.tokens(), 8u);
  EXPECT_EQ(file.sentences(), 4u);
  EXPECT_EQ(file.documents(), 2u);
  const auto list = [](std::span<const std::uint64_t> values) { return std::vector(values.begin(), values.end()); };
  EXPECT_EQ(list(file.sentence_bounds()), (std::vector<std::uint64_t>{0, 1, 3, 4, 8}));
  EXPECT_EQ(list(file.document_bounds()), (std::vector<std::uint64_t>{0, 3, 4}));
  EXPECT_EQ(file.document_tokens(0), 4u);
  EXPECT_NE(file.document_sums()[0], file.document_sums()[1]);
  std::vector<std::int32_t> tokens(6);
  file.copy(1, tokens);
  EXPECT_EQ(tokens, (std::vector<std::int32_t>{2, last, 0, 5, 6, 7}));
  EXPECT_EQ(file.origin(), (TokenOrigin{7, 8, GetParam()}));
  const std::size_t width = GetParam() <= 65536 ? 2 : 4;
  EXPECT_EQ(std::filesystem::file_size(file.path()), 80 + 8 * width + 8 * (5 + 3 + 2));
}

INSTANTIATE_TEST_SUITE_P(All, TokenFileWidth, testing::Values(500, 65536, 65537));

TEST(TokenFile, TheSumOfADocumentIsOfItAlone) {
  const TemporaryFolder folder;
  const DocumentLengths lengths = random_lengths(3, 5);
  const TokenFile all = random_tokens(folder / "all", lengths);
  TokenFileWriter writer(folder / "last", all.origin());
  const std::uint64_t begin = all.sentence_bounds()[all.document_bounds()[2]];
  std::vector<std::int32_t> tokens(all.document_tokens(2));
  all.copy(begin, tokens);
  writer.add(tokens, lengths[2]);
  writer.commit();
  EXPECT_EQ(TokenFile::open(folder / "last").document_sums()[0], all.document_sums()[2]);
}

class TokenFileDamage : public testing::Test {
 protected:
  TokenFileDamage() {
    random_tokens(folder_ / "whole", random_lengths(3, 3));
    bytes_ = read_file(folder_ / "whole");
  }
  static std::string refusal(const std::string& bytes) {
    std::vector<std::uint64_t> aligned(bytes.size() / 8 + 1);
    std::memcpy(aligned.data(), bytes.data(), bytes.size());
    try {
      parse_token_file(std::as_bytes(std::span(aligned)).first(bytes.size()), "x");
    } catch (const FormatError& error) {
      return error.what();
    }
    return {};
  }
  /// With sums that are right.
  static std::string summed(std::string bytes) {
    BlockSum sum;
    sum.add(std::as_bytes(std::span(bytes)).subspan(sizeof(TokenFileHeader)));
    TokenFileHeader header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    header.content_sum = sum.value();
    header.header_sum = xxh64(std::as_bytes(std::span(&header, 1)).first(offsetof(TokenFileHeader, header_sum)));
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
  }

  TemporaryFolder folder_;
  std::string bytes_;
};

TEST_F(TokenFileDamage, EveryBitIsNoticed) {
  EXPECT_EQ(refusal(bytes_), "");
  EXPECT_EQ(refusal(summed(bytes_)), "");
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    std::string damaged = bytes_;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    EXPECT_NE(refusal(damaged), "") << i;
  }
}

TEST_F(TokenFileDamage, WhatBreaksOffIsRefused) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) EXPECT_NE(refusal(bytes_.substr(0, size)), "") << size;
  EXPECT_NE(refusal(bytes_ + '\0'), "");
}

TEST_F(TokenFileDamage, OtherFilesAndVersionsAreNamed) {
  EXPECT_NE(refusal("Some text that is long enough to be a header, but is none of ours.").find("no token file"),
            std::string::npos);
  std::string newer = bytes_;
  newer[8] = 9;
  EXPECT_NE(refusal(newer).find("version 9"), std::string::npos);
  std::ofstream(folder_ / "newer") << newer;
  EXPECT_EQ(TokenFile::version_of(folder_ / "newer"), 9u);
  EXPECT_THROW(TokenFile::open(folder_ / "newer"), FormatError);
}

TEST_F(TokenFileDamage, NumbersThatMeanNothingAreRefusedWhateverTheSumsSay) {
  const auto with = [&](std::size_t offset, std::uint64_t value) {
    std::string changed = bytes_;
    std::memcpy(changed.data() + offset, &value, sizeof value);
    return refusal(summed(changed));
  };
  for (const std::size_t count : {offsetof(TokenFileHeader, tokens), offsetof(TokenFileHeader, sentences),
                                  offsetof(TokenFileHeader, documents)}) {
    EXPECT_NE(with(count, std::uint64_t{1} << 63), "");
    EXPECT_NE(with(count, ~std::uint64_t{0}), "");
    EXPECT_NE(with(count, 0), "");
  }
  EXPECT_NE(with(sizeof(TokenFileHeader), ~std::uint64_t{0}).find("vocabulary lacks"), std::string::npos);
  TokenFileHeader header{};
  std::memcpy(&header, bytes_.data(), sizeof header);
  const std::size_t bounds = sizeof header + (header.tokens * 2 + 7) / 8 * 8;
  EXPECT_NE(with(bounds + 8, 0).find("ascend"), std::string::npos);
  EXPECT_NE(with(bounds + 8 * (header.sentences + 1), 1).find("ascend"), std::string::npos);
}

}  // namespace
}  // namespace mana::data
