#include "mana/base/atomic_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class AtomicFolderTest : public testing::Test {
 protected:
  static void save(const std::filesystem::path& path) { std::ofstream(path) << "x"; }
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(parent_.path()), std::filesystem::directory_iterator());
  }

  TemporaryFolder parent_;
  std::filesystem::path path_ = parent_ / "model";
};

TEST_F(AtomicFolderTest, AppearsWhenItIsComplete) {
  AtomicFolder folder(path_.string() + "/");
  save(folder.temporary() / "weights");
  EXPECT_FALSE(std::filesystem::exists(path_));
  folder.commit();
  EXPECT_TRUE(std::filesystem::exists(path_ / "weights"));
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicFolderTest, LeavesNothingBehindWithoutCommit) {
  {
    const AtomicFolder folder(path_);
    save(folder.temporary() / "weights");
  }
  EXPECT_EQ(entries(), 0);
}

TEST_F(AtomicFolderTest, TakesAnEmptyFolderAndReplacesAnotherOnlyWhenAsked) {
  std::filesystem::create_directory(path_);
  {
    AtomicFolder folder(path_);
    save(folder.temporary() / "first");
    folder.commit();
  }
  EXPECT_THAT([&] { AtomicFolder folder(path_); }, ThrowsMessage<IoError>(HasSubstr("exists and is not empty")));
  { const AtomicFolder given_up(path_, AtomicFolder::Existing::replace); }
  EXPECT_TRUE(std::filesystem::exists(path_ / "first"));
  AtomicFolder folder(path_, AtomicFolder::Existing::replace);
  save(folder.temporary() / "second");
  folder.commit();
  EXPECT_FALSE(std::filesystem::exists(path_ / "first"));
  EXPECT_TRUE(std::filesystem::exists(path_ / "second"));
  EXPECT_EQ(entries(), 1);
}

TEST_F(AtomicFolderTest, ReplacesNothingThatHoldsSomethingForeign) {
  const auto foreign = [](const std::filesystem::path& folder) -> std::optional<std::filesystem::path> {
    if (std::filesystem::exists(folder / "diary")) return folder / "diary";
    return std::nullopt;
  };
  {
    AtomicFolder before(path_);
    save(before.temporary() / "weights");
    before.commit();
  }
  AtomicFolder folder(path_, AtomicFolder::Existing::replace, foreign);
  save(folder.temporary() / "second");
  save(path_ / "diary");  // while the other is filled
  const auto mistake = ThrowsMessage<IoError>(HasSubstr("holds something else than what is put there, diary, and"));
  EXPECT_THAT([&] { folder.commit(); }, mistake);
  EXPECT_THAT([&] { AtomicFolder again(path_, AtomicFolder::Existing::replace, foreign); }, mistake);
  EXPECT_TRUE(std::filesystem::exists(path_ / "diary"));
  std::filesystem::remove(path_ / "diary");
  folder.commit();
  EXPECT_TRUE(std::filesystem::exists(path_ / "second"));
}

TEST_F(AtomicFolderTest, ReplacesOnlyWhatItWrote) {
  std::filesystem::create_directory(path_);
  save(path_ / "config.json");
  const auto replace = [&] {
    AtomicFolder folder(path_, AtomicFolder::Existing::replace);
    folder.commit();
  };
  EXPECT_THAT(replace, ThrowsMessage<IoError>(HasSubstr("was not written by mana")));
  std::filesystem::remove(path_ / "config.json");
  {
    AtomicFolder folder(path_);
    save(folder.temporary() / "config.json");
    folder.commit();
  }
  std::ofstream(path_ / "config.json") << "mine now";
  EXPECT_THAT(replace, ThrowsMessage<IoError>(HasSubstr("config.json was put there or changed")));
  save(path_ / "config.json");
  replace();
  EXPECT_FALSE(std::filesystem::exists(path_ / "config.json"));
}

TEST_F(AtomicFolderTest, NamesWhatIsMissingInAFolderOfAnotherKind) {
  std::filesystem::create_directory(path_);
  save(path_ / "weights");
  const auto lacks = [](const std::filesystem::path& folder) { return std::optional(folder / "config.json"); };
  EXPECT_THAT([&] { AtomicFolder folder(path_, AtomicFolder::Existing::replace, lacks); },
              ThrowsMessage<IoError>(HasSubstr("has no config.json, so it is something else than what is put there")));
  EXPECT_TRUE(std::filesystem::exists(path_ / "weights"));
}

TEST_F(AtomicFolderTest, NamesWhatStandsInTheWay) {
  save(path_);
  EXPECT_THAT([&] { AtomicFolder folder(path_); }, ThrowsMessage<IoError>(HasSubstr("is no folder")));
  EXPECT_THAT([&] { AtomicFolder folder(parent_ / "no" / "such"); }, ThrowsMessage<IoError>(HasSubstr("cannot write")));
}

TEST(AtomicFolder, ALinkStaysAndItsTargetIsWritten) {
  const TemporaryFolder outside;
  for (const char* target : {"real", "real/"}) {
    const std::filesystem::path link = outside / "link";
    std::filesystem::remove_all(outside / "real");
    std::filesystem::remove(link);
    std::filesystem::create_symlink(target, link);
    AtomicFolder folder(link);
    std::ofstream(folder.temporary() / "file") << "x";
    folder.commit();
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_TRUE(std::filesystem::is_regular_file(outside / "real/file"));
  }
}

}  // namespace
}  // namespace mana
