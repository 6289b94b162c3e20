#include "mana/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void save(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(ReadFile, GivesEveryByte) {
  const TemporaryFolder folder;
  const std::string text("a\0b\r\n\xff", 6);
  save(folder / "x", text);
  EXPECT_EQ(read_file(folder / "x"), text);
  save(folder / "empty", "");
  EXPECT_EQ(read_file(folder / "empty"), "");
}

TEST(ReadFile, KeepsToTheLimit) {
  const TemporaryFolder folder;
  save(folder / "x", "12345");
  EXPECT_EQ(read_file(folder / "x", 5), "12345");
  EXPECT_THAT([&] { read_file(folder / "x", 4); },
              ThrowsMessage<FormatError>(HasSubstr("5 bytes are more than the 4")));
}

TEST(ReadFile, NamesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { read_file(folder / "missing"); }, ThrowsMessage<IoError>(HasSubstr("missing: No such file")));
  EXPECT_THAT([&] { read_file(folder.path()); }, ThrowsMessage<IoError>(HasSubstr("is a folder, not a file")));
  EXPECT_THAT([&] { read_file("/dev/null"); }, ThrowsMessage<IoError>(HasSubstr("is not a regular file")));
}

TEST(ReadFile, DoesNotWaitForAPipe) {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT([&] { read_file(pipe); }, ThrowsMessage<IoError>(HasSubstr("is not a regular file")));
}

TEST(FileExists, IsFalseWhereItCannotBeTold) {
  const TemporaryFolder folder;
  save(folder / "x", "");
  EXPECT_TRUE(file_exists(folder / "x"));
  EXPECT_FALSE(file_exists(folder / "y"));
  EXPECT_FALSE(file_exists(folder / "x" / "below a file"));
  EXPECT_FALSE(file_exists(std::string(5000, 'n')));
}

TEST(FileExists, ALinkToNothingIsAnErrorThatNamesBoth) {
  const TemporaryFolder folder;
  namespace fs = std::filesystem;
  save(folder / "there", "x");
  fs::create_symlink("there", folder / "good");
  fs::create_symlink("../blobs/gone", folder / "modules.json");
  fs::create_symlink("loop", folder / "loop");
  fs::create_symlink("no such folder", folder / "1_Pooling");
  EXPECT_TRUE(file_exists(folder / "good"));
  EXPECT_FALSE(folder_exists(folder / "good"));
  EXPECT_TRUE(folder_exists(folder.path()));
  EXPECT_FALSE(folder_exists(folder / "none"));
  const auto refuses = [](const fs::path& path, const std::string& what) {
    EXPECT_THAT([&] { file_exists(path); }, ThrowsMessage<IoError>(HasSubstr(what)));
    EXPECT_THAT([&] { folder_exists(path); }, ThrowsMessage<IoError>(HasSubstr(what)));
    EXPECT_THAT([&] { read_file(path); }, ThrowsMessage<IoError>(HasSubstr(what)));
    EXPECT_THAT([&] { MappedFile{path}; }, ThrowsMessage<IoError>(HasSubstr(what)));
  };
  refuses(folder / "modules.json", "modules.json is a link to ../blobs/gone, which is not there");
  refuses(folder / "loop", "loop is a link to loop, which leads back to itself");
  refuses(folder / "1_Pooling" / "config.json", "1_Pooling is a link to no such folder, which is not there");
}

TEST(MappedFile, ShowsTheBytes) {
  const TemporaryFolder folder;
  save(folder / "x", "mapped");
  const MappedFile file(folder / "x");
  EXPECT_EQ(text_of(file.bytes()), "mapped");
  EXPECT_EQ(file.path(), folder / "x");
}

TEST(MappedFile, AnEmptyFileIsEmpty) {
  const TemporaryFolder folder;
  save(folder / "x", "");
  const MappedFile file(folder / "x");
  EXPECT_TRUE(file.bytes().empty());
  file.forget(file.bytes());
}

TEST(MappedFile, NamesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_THROW(MappedFile(folder / "missing"), IoError);
  EXPECT_THAT([&] { MappedFile file(folder.path()); }, ThrowsMessage<IoError>(HasSubstr("is a folder")));
}

TEST(MappedFile, MovesItsBytes) {
  const TemporaryFolder folder;
  save(folder / "x", "first");
  save(folder / "y", "second");
  MappedFile first(folder / "x");
  MappedFile second(std::move(first));
  EXPECT_EQ(text_of(second.bytes()), "first");
  second = MappedFile(folder / "y");
  EXPECT_EQ(text_of(second.bytes()), "second");
}

TEST(MappedFile, ForgottenPagesAreReadAgain) {
  const TemporaryFolder folder;
  std::string text(5 * 4096 + 17, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
  save(folder / "x", text);
  const MappedFile file(folder / "x");
  ASSERT_EQ(text_of(file.bytes()), text);
  for (const std::size_t begin : {0, 1, 4096, 4097, 9000}) {
    for (const std::size_t size : {0, 1, 4095, 4096, 8192, 9000}) file.forget(file.bytes().subspan(begin, size));
  }
  file.forget(file.bytes());
  EXPECT_EQ(text_of(file.bytes()), text);
}

TEST(AtomicFile, AppearsOnlyWhenItIsComplete) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "x");
  file.write("text, ");
  file.write(std::as_bytes(std::span("bytes", 5)));
  EXPECT_EQ(file.size(), 11U);
  EXPECT_FALSE(file_exists(folder / "x"));
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "text, bytes");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  save(folder / "x", "old");
  {
    AtomicFile file(folder / "x");
    file.write("new");
  }
  EXPECT_EQ(read_file(folder / "x"), "old");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, ReplacesAFile) {
  const TemporaryFolder folder;
  save(folder / "x", "a longer old text");
  AtomicFile file(folder / "x");
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "new");
}

TEST(AtomicFile, TwoAtOnceDoNotMeet) {
  const TemporaryFolder folder;
  AtomicFile first(folder / "x");
  AtomicFile second(folder / "x");
  first.write("first");
  second.write("second");
  second.commit();
  first.commit();
  EXPECT_EQ(read_file(folder / "x"), "first");
}

TEST(AtomicFile, OverwritesWhatWasWritten) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "x");
  file.write("0000 rows");
  file.overwrite(2, std::as_bytes(std::span("42", 2)));
  file.write("!");
  file.commit();
  EXPECT_EQ(read_file(folder / "x"), "0042 rows!");
}

TEST(AtomicFile, HasTheModeOfAnyNewFile) {
  const TemporaryFolder folder;
  save(folder / "plain", "");
  AtomicFile file(folder / "x");
  file.commit();
  EXPECT_EQ(std::filesystem::status(folder / "x").permissions(),
            std::filesystem::status(folder / "plain").permissions());
}

TEST(AtomicFile, SaysWhyItCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THAT([&] { AtomicFile file(folder / "none" / "x"); }, ThrowsMessage<IoError>(HasSubstr("No such file")));
  EXPECT_THAT([&] { AtomicFile file(folder.path()); }, ThrowsMessage<IoError>(HasSubstr("is a folder")));
  EXPECT_THAT([&] { AtomicFile file(folder / std::string(300, 'n')); }, ThrowsMessage<IoError>(HasSubstr("too long")));
}

TEST(AtomicFile, NeverReplacesADevice) {
  EXPECT_THAT([&] { AtomicFile file("/dev/null"); }, ThrowsMessage<IoError>(HasSubstr("is not a regular file")));
}

TEST(AtomicFile, AFolderThatTakesTheNameMeanwhileIsReported) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "x");
  std::filesystem::create_directory(folder / "x");
  EXPECT_THAT([&] { file.commit(); }, ThrowsMessage<IoError>(HasSubstr("cannot write")));
}

TEST(WriteAll, ReportsAFullDisk) {
  const int full = ::open("/dev/full", O_WRONLY);
  if (full < 0) GTEST_SKIP() << "there is no /dev/full";
  const auto bytes = std::as_bytes(std::span("x", 1));
  EXPECT_THAT([&] { write_all(full, bytes, "out.npy"); },
              ThrowsMessage<IoError>(HasSubstr("cannot write out.npy: No space left")));
  ::close(full);
}

TEST(LinkTarget, FollowsAllLinksAndLeavesOtherPathsAlone) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("second", folder / "first");
  std::filesystem::create_symlink(folder / "nothing yet", folder / "second");
  EXPECT_EQ(link_target(folder / "first"), folder / "nothing yet");
  EXPECT_EQ(link_target(folder / "plain"), folder / "plain");
}

}  // namespace
}  // namespace mana
