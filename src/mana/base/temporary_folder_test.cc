#include "mana/base/temporary_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace mana {
namespace {

TEST(TemporaryFolder, GoesWithEverythingInIt) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder, other;
    path = folder.path();
    EXPECT_NE(path, other.path());
    std::filesystem::create_directories(folder / "a" / "b");
    std::ofstream(folder / "a" / "b" / "c") << "x";
    EXPECT_TRUE(std::filesystem::is_directory(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace mana
