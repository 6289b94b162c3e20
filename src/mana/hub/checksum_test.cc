#include "mana/hub/checksum.h"

#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/hub/test_hub.h"

namespace mana::hub {
namespace {

const std::string kSha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4
const std::string kBlobOfHello = "ce013625030ba8dba906f756967f9e9ca394464a";  // echo hello | git hash-object --stdin
const std::string kEmptyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

TEST(Checksum, KnowsTheStandardsExamples) {
  const TemporaryFolder folder;
  write_text(folder.path() / "abc", "abc");
  write_text(folder.path() / "hello", "hello\n");
  write_text(folder.path() / "empty", "");
  EXPECT_EQ(checksum_of(folder.path() / "abc", HashKind::sha256), (Checksum{HashKind::sha256, kSha256OfAbc}));
  EXPECT_EQ(checksum_of(folder.path() / "hello", HashKind::git_blob), (Checksum{HashKind::git_blob, kBlobOfHello}));
  EXPECT_EQ(checksum_of(folder.path() / "empty", HashKind::git_blob).hex, kEmptyBlob);
  EXPECT_THROW(checksum_of(folder.path() / "missing", HashKind::sha256), IoError);
}

TEST(Checksum, HashesAFileInParts) {
  const TemporaryFolder folder;
  std::string text(40'000'001, 'x');
  for (std::size_t i = 0; i < text.size(); i += 4097) text[i] = static_cast<char>(i);
  write_text(folder.path() / "large", text);
  EXPECT_EQ(checksum_of(folder.path() / "large", HashKind::sha256).hex, sha256(text));
}

TEST(Checksum, ReadsEtags) {
  EXPECT_EQ(Checksum::parse(kSha256OfAbc), (Checksum{HashKind::sha256, kSha256OfAbc}));
  EXPECT_EQ(Checksum::parse("\"" + kBlobOfHello + "\""), (Checksum{HashKind::git_blob, kBlobOfHello}));
  EXPECT_EQ(Checksum::parse("W/\"" + kBlobOfHello + "\""), (Checksum{HashKind::git_blob, kBlobOfHello}));
  EXPECT_EQ(Checksum::parse("CE013625030BA8DBA906F756967F9E9CA394464A")->hex, kBlobOfHello);
  for (const std::string& text : {std::string(), std::string("\""), std::string("W/\"5f-61a\""), std::string(64, 'g'),
                                  std::string(32, 'a'), kSha256OfAbc + "0"}) {
    EXPECT_EQ(Checksum::parse(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace mana::hub
