#include "mana/hub/shown_address.h"

#include <gtest/gtest.h>

namespace mana::hub {
namespace {

TEST(ShownAddress, HasNeitherPasswordNorSignature) {
  EXPECT_EQ(shown_address("https://huggingface.co/owner/name"), "https://huggingface.co/owner/name");
  EXPECT_EQ(shown_address("https://me:secret@mirror.example:8080/hub"), "https://mirror.example:8080/hub");
  EXPECT_EQ(shown_address("https://me:se@cr@et@mirror.example"), "https://mirror.example");
  EXPECT_EQ(shown_address("https://token@mirror.example/a@b"), "https://mirror.example/a@b");
  EXPECT_EQ(shown_address("https://cdn.example/file?Signature=secret"), "https://cdn.example/file");
  EXPECT_EQ(shown_address("https://cdn.example/file#secret"), "https://cdn.example/file");
  EXPECT_EQ(shown_address("https://me:secret@h?x=a@b/c"), "https://h");
  EXPECT_EQ(shown_address("me:secret@mirror.example/hub"), "mirror.example/hub");
  EXPECT_EQ(shown_address(""), "");
}

}  // namespace
}  // namespace mana::hub
