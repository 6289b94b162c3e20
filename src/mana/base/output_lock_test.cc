#include "mana/base/output_lock.h"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

TEST(OutputLock, HasOneHolderAndLeavesNothing) {
  const TemporaryFolder folder;
  std::optional<OutputLock> lock(folder / "out");
  EXPECT_THROW(OutputLock(folder / "out"), IoError);
  const std::optional<OutputLock> other(folder / "other");
  lock.reset();
  lock.emplace(folder / "out");
  lock.reset();
  EXPECT_FALSE(file_exists(folder / "out.mana.lock"));
}

TEST(OutputLock, TakesWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  std::ofstream(folder / "out.mana.lock").flush();
  { const OutputLock lock(folder / "out"); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(OutputLock, LeavesAFileThatIsNotOurs) {
  const TemporaryFolder folder;
  std::ofstream(folder / "out.mana.lock") << "mine";
  { const OutputLock lock(folder / "out"); }
  EXPECT_EQ(read_file(folder / "out.mana.lock"), "mine");
}

TEST(OutputLock, OfALinkIsThatOfItsTarget) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("out", folder / "link");
  const OutputLock lock(folder / "out");
  EXPECT_THROW(OutputLock(folder / "link"), IoError);
}

}  // namespace
}  // namespace mana
