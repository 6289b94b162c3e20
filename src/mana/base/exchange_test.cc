#include "mana/base/exchange.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

namespace fs = std::filesystem;

TEST(Exchange, GivesAFreeName) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "new");
  EXPECT_EQ(exchange(folder / "new", folder / "name"), std::nullopt);
  EXPECT_TRUE(fs::exists(folder / "name"));
  EXPECT_FALSE(fs::exists(folder / "new"));
}

TEST(Exchange, NeverLeavesTheNameWithoutAFolder) {
  const TemporaryFolder folder;
  for (const char* name : {"new", "name"}) {
    fs::create_directory(folder / name);
    std::ofstream(folder / name / "file") << name;
  }
  std::atomic<bool> done = false;
  std::atomic<int> missing = 0;
  std::jthread watcher([&] {
    while (!done) missing += fs::exists(folder / "name" / "file") ? 0 : 1;
  });
  for (int i = 0; i < 501; ++i) EXPECT_EQ(exchange(folder / "new", folder / "name"), folder / "new");
  done = true;
  watcher.join();
  EXPECT_EQ(missing, 0);
  EXPECT_EQ(read_file(folder / "name" / "file"), "new");
  EXPECT_EQ(read_file(folder / "new" / "file"), "name");
}

TEST(Exchange, SaysWhatCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_THROW(exchange(folder / "missing", folder / "name"), IoError);
}

}  // namespace
}  // namespace mana
