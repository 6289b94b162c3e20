#include "mana/base/leftovers.h"

#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path) { std::ofstream(path) << path; }

TEST(Leftovers, OfOneNameGoAndNothingElse) {
  const TemporaryFolder folder;
  for (const char* name : {"out", "out.17.0.mana.tmp", "out.17.0.tmp", "out.x.0.mana.tmp", "out.17.mana.tmp",
                           "other.17.0.mana.tmp", "out.17.0.mana.tmp.txt"}) {
    put(folder / name);
  }
  fs::create_directories(folder / "out.18.1.mana.tmp" / "deep");
  remove_leftovers(folder / "out");
  EXPECT_FALSE(fs::exists(folder / "out.17.0.mana.tmp"));
  EXPECT_FALSE(fs::exists(folder / "out.18.1.mana.tmp"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 6);
}

TEST(Leftovers, WhatIsStillBeingWrittenStays) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "file");
  AtomicFolder whole(folder / "folder");
  put(whole.temporary() / "part");
  remove_leftovers(folder / "file");
  remove_leftovers(folder / "folder");
  file.write("whole");
  file.commit();
  whole.commit();
  EXPECT_EQ(read_file(folder / "file"), "whole");
  EXPECT_TRUE(fs::exists(folder / "folder" / "part"));
}

TEST(Leftovers, ALinkIsNotFollowed) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "mine");
  put(folder / "mine" / "work");
  fs::create_directory_symlink(folder / "mine", folder / "out.17.0.mana.tmp");
  remove_leftovers(folder / "out");
  EXPECT_TRUE(fs::exists(folder / "mine" / "work"));
}

TEST(Leftovers, AFolderThatSteppedAsideForNothingComesBack) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "out.17.0.mana.tmp.old");
  put(folder / "out.17.0.mana.tmp.old" / "model");
  remove_leftovers(folder / "out");
  EXPECT_TRUE(fs::exists(folder / "out" / "model"));
  fs::create_directory(folder / "out.17.0.mana.tmp.old");
  remove_leftovers(folder / "out");
  EXPECT_FALSE(fs::exists(folder / "out.17.0.mana.tmp.old"));
  EXPECT_TRUE(fs::exists(folder / "out" / "model"));
}

TEST(Leftovers, TheNextWriterOfTheNameRemovesThem) {
  const TemporaryFolder folder;
  put(folder / "file.17.0.mana.tmp");
  fs::create_directory(folder / "folder.17.0.mana.tmp");
  {
    const AtomicFile file(folder / "file");
    const AtomicFolder whole(folder / "folder");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace mana
