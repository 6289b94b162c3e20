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
  { RunLock(folder / "out").log().write(R"({"step":1})"); }
  { const RunLock lock(folder / "out"); }
  EXPECT_EQ(read_file(folder / "out.training.jsonl.partial"), R"({"step":1})");
}

TEST(RunLock, AFileThatIsNoLogStaysAsItIs) {
  const TemporaryFolder folder;
  std::ofstream(folder / "out.training.jsonl.partial") << "a diary";
  EXPECT_THROW(RunLock(folder / "out"), ArgumentError);
  EXPECT_EQ(read_file(folder / "out.training.jsonl.partial"), "a diary");
}

}  // namespace
}  // namespace mana::train
