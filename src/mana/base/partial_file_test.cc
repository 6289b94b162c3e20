#include "mana/base/partial_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(PartialFile, GetsItsNameAtTheEnd) {
  const TemporaryFolder folder;
  PartialFile file(folder / "x");
  file.write("one ");
  file.sync();
  file.write("two");
  EXPECT_FALSE(file_exists(folder / "x"));
  EXPECT_EQ(read_file(folder / "x.partial"), "one two");
  file.overwrite(4, std::as_bytes(std::span("2nd", 3)));
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "one 2nd");
  EXPECT_FALSE(file_exists(folder / "x.partial"));
}

TEST(PartialFile, GoesOnWhereItStopped) {
  const TemporaryFolder folder;
  { PartialFile(folder / "x").write("kept|half a l"); }
  PartialFile file(folder / "x", 5);
  EXPECT_EQ(file.size(), 5U);
  file.write("line");
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "kept|line");
}

TEST(PartialFile, StartsAfreshWithoutBytesToKeep) {
  const TemporaryFolder folder;
  { PartialFile(folder / "x").write("of an earlier job"); }
  PartialFile file(folder / "x");
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "new");
}

TEST(PartialFile, CannotKeepMoreThanThereIs) {
  const TemporaryFolder folder;
  { PartialFile(folder / "x").write("123"); }
  EXPECT_THAT([&] { PartialFile(folder / "x", 4); }, ThrowsMessage<IoError>(HasSubstr("has 3 bytes, not the 4")));
  EXPECT_EQ(read_file(folder / "x.partial"), "123");
}

TEST(PartialFile, HasOneWriterAtATime) {
  const TemporaryFolder folder;
  PartialFile first(folder / "x");
  first.write("safe");
  EXPECT_THAT([&] { PartialFile second(folder / "x"); },
              ThrowsMessage<IoError>(HasSubstr("another process is writing")));
  first.commit();
  EXPECT_EQ(read_file(folder / "x"), "safe");
}

TEST(PartialFile, IsLockedBeforeItIsKnownWhatToKeep) {
  const TemporaryFolder folder;
  { PartialFile(folder / "x").write("kept|half a l"); }
  PartialFile file = PartialFile::behind_all(folder / "x");
  EXPECT_EQ(file.size(), 13U);
  EXPECT_THROW(PartialFile::behind_all(folder / "x"), IoError);
  EXPECT_EQ(read_file(folder / "x.partial"), "kept|half a l");
  EXPECT_THAT([&] { file.restart(14); }, ThrowsMessage<IoError>(HasSubstr("has 13 bytes, not the 14")));
  file.restart(5);
  file.write("line");
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "kept|line");
}

TEST(PartialFile, DiscardLeavesNothing) {
  const TemporaryFolder folder;
  PartialFile file(folder / "x");
  file.write("unwanted");
  file.discard();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(PartialFile, MovesWithItsPosition) {
  const TemporaryFolder folder;
  PartialFile first(folder / "x");
  first.write("a");
  PartialFile second(std::move(first));
  second.write("b");
  second.commit();
  EXPECT_EQ(read_file(folder / "x"), "ab");
}

TEST(PartialFile, ALinkIsNotFollowed) {
  const TemporaryFolder folder;
  std::ofstream(folder / "other") << "somebody's";
  std::filesystem::create_symlink(folder / "other", folder / "x.partial");
  EXPECT_THROW(PartialFile(folder / "x"), IoError);
  EXPECT_EQ(read_file(folder / "other"), "somebody's");
}

TEST(PartialFile, SaysWhyItCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { PartialFile(folder / "none" / "x"); }, ThrowsMessage<IoError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { PartialFile(folder.path()); }, ThrowsMessage<IoError>(HasSubstr("is a folder")));
  EXPECT_THAT([&] { PartialFile("/dev/null"); }, ThrowsMessage<IoError>(HasSubstr("is not a regular file")));
}

}  // namespace
}  // namespace mana
