#include "mana/base/foreign_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"

#include <fstream>

namespace mana {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::ThrowsMessage;

constexpr std::string_view kPointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 133466304\n";

TEST(ForeignContent, IsNamed) {
  EXPECT_THAT(foreign_content(kPointer), Optional(HasSubstr("pointer of git lfs, not the file itself of 133466304")));
  EXPECT_THAT(foreign_content("  <HTML lang=en>"), Optional(HasSubstr("a web page")));
  EXPECT_THAT(foreign_content(""), Optional(HasSubstr("empty")));
  EXPECT_THAT(foreign_content("\x1F\x8B\x08"), Optional(HasSubstr("packed by gzip")));
  EXPECT_EQ(foreign_content("{\"model_type\": \"bert\"}"), std::nullopt);
  EXPECT_EQ(foreign_content("<s>\n<pad>\n</s>\n<head\n"), std::nullopt);
}

TEST(ForeignContent, AVocabularyMayBeginWithATag) {
  EXPECT_NO_THROW(refuse_stand_in("<s>\n<pad>\n", "vocab.txt"));
  EXPECT_NO_THROW(refuse_stand_in("", "vocab.txt"));
  EXPECT_THAT([] { refuse_stand_in(kPointer, "vocab.txt"); }, ThrowsMessage<FormatError>(HasSubstr("vocab.txt is a")));
}

TEST(ForeignContent, IsSaidOfJson) {
  const TemporaryFolder folder;
  std::ofstream(folder / "config.json") << kPointer;
  EXPECT_THAT([&] { json::Document::read(folder / "config.json"); },
              ThrowsMessage<FormatError>(HasSubstr("config.json is a pointer of git lfs")));
}

}  // namespace
}  // namespace mana
