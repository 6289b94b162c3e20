#include "mana/base/folder_mark.h"

#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

class FolderMark : public testing::Test {
 protected:
  FolderMark() {
    fs::create_directory(folder_ / "inner");
    put("config.json", "{}");
    put("inner/a name with spaces", "12345");
    write_folder_mark(folder_.path());
  }
  void put(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::string found() const {
    const auto path = find_unmarked(folder_.path());
    return path ? path->lexically_relative(folder_.path()).string() : "";
  }

  TemporaryFolder folder_;
};

TEST_F(FolderMark, KnowsItsFiles) {
  EXPECT_EQ(found(), "");
  fs::remove(folder_ / "config.json");  // what is gone cannot be lost
  EXPECT_EQ(found(), "");
}

TEST_F(FolderMark, TellsWhatWasPutThere) {
  put("inner/notes.txt", "mine");
  EXPECT_EQ(found(), "inner/notes.txt");
  put("README.md", "mine");
  EXPECT_EQ(found(), "README.md");
}

TEST_F(FolderMark, TellsWhatWasChanged) {
  put("inner/a name with spaces", "123456");
  EXPECT_EQ(found(), "inner/a name with spaces");
}

TEST_F(FolderMark, TellsLinksAndEmptyFolders) {
  fs::create_directory(folder_ / "plans");
  EXPECT_EQ(found(), "plans");
  fs::remove(folder_ / "plans");
  fs::remove(folder_ / "config.json");
  fs::create_symlink("/etc/passwd", folder_ / "config.json");
  EXPECT_EQ(found(), "config.json");
}

TEST_F(FolderMark, WithoutOneNothingIsOurs) {
  for (const char* mark : {"", "mine\n", "Written by mana", "2 config.json\n"}) {
    put(std::string(kFolderMark), mark);
    EXPECT_EQ(found(), kFolderMark) << mark;
  }
  fs::remove(folder_ / kFolderMark);
  EXPECT_EQ(found(), kFolderMark);
}

}  // namespace
}  // namespace mana
