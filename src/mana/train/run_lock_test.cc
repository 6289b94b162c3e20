#include "mana/train/run_lock.h"

#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana::train {
namespace {

TEST(RunLock, HasOneHolderAndLeavesNothing) {
  const TemporaryFolder folder;
  {
    const RunLock lock(folder / "out");
    EXPECT_THROW(RunLock(folder / "out"), IoError);
    const RunLock other(folder / "other");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RunLock, ALogThatWasBegunStays) {
  const TemporaryFolder folder;
  { RunLock(folder / "out").log().write("a step"); }
  { const RunLock lock(folder / "out"); }
  EXPECT_EQ(read_file(folder / "out.training.jsonl.partial"), "a step");
}

TEST(RunLock, TornFilesOfOneNameGo) {
  const TemporaryFolder folder;
  for (const char* name : {"out.tokens", "out.tokens.7.0.tmp", "out.tokens.8.1.tmp", "out.token.7.0.tmp"}) {
    std::ofstream(folder / name) << name;
  }
  remove_torn(folder / "out.tokens");
  EXPECT_TRUE(file_exists(folder / "out.tokens"));
  EXPECT_FALSE(file_exists(folder / "out.tokens.7.0.tmp"));
  EXPECT_FALSE(file_exists(folder / "out.tokens.8.1.tmp"));
  EXPECT_TRUE(file_exists(folder / "out.token.7.0.tmp"));
}

}  // namespace
}  // namespace mana::train
