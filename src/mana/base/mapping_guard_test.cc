#include "mana/base/mapping_guard.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <thread>

#include "mana/base/file.h"
#include "mana/base/temporary_folder.h"

namespace mana {
namespace {

constexpr std::size_t kSize = std::size_t{1} << 20;

class MappingGuard : public testing::Test {
 protected:
  MappingGuard() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  std::filesystem::path file(const std::string& name) const {
    std::ofstream(folder_ / name, std::ios::binary) << std::string(kSize, 'x');
    return folder_ / name;
  }

  TemporaryFolder folder_;
};

int sum(std::span<const std::byte> bytes) {
  int total = 0;
  for (const std::byte each : bytes) total += static_cast<int>(each);
  return total;
}

TEST_F(MappingGuard, NamesTheFileThatBecameShorter) {
  EXPECT_EXIT(
      {
        end_at_lost_pages();
        const MappedFile before(file("before"));
        const MappedFile cut(file("cut\x1b[2J"));
        const MappedFile behind(file("behind"));
        std::filesystem::resize_file(cut.path(), 5000);
        std::_Exit(sum(before.bytes()) + sum(behind.bytes()) + sum(cut.bytes()) == 0 ? 2 : 3);
      },
      testing::ExitedWithCode(1), "^mana: [^\n]*cut.x1b.2J cannot be read to its end any more: [^\n]*\n$");
}

TEST_F(MappingGuard, HoldsInEveryThread) {
  EXPECT_EXIT(
      {
        end_at_lost_pages();
        const MappedFile cut(file("cut"));
        std::filesystem::resize_file(cut.path(), 0);
        std::thread reader([&] { std::_Exit(sum(cut.bytes()) == 0 ? 2 : 3); });
        reader.join();
      },
      testing::ExitedWithCode(1), "cut cannot be read");
}

TEST_F(MappingGuard, FollowsAMappingThatMoves) {
  EXPECT_EXIT(
      {
        end_at_lost_pages();
        MappedFile kept(file("kept"));
        {
          MappedFile moved(file("moved"));
          MappedFile other(file("other"));
          kept = std::move(moved);
        }
        for (int i = 0; i < 100; ++i) const MappedFile passing(file("passing"));
        std::filesystem::resize_file(kept.path(), 0);
        std::_Exit(sum(kept.bytes()) == 0 ? 2 : 3);
      },
      testing::ExitedWithCode(1), "moved cannot be read");
}

TEST_F(MappingGuard, LeavesOtherFaultsAlone) {
  EXPECT_EXIT(
      {
        end_at_lost_pages();
        const MappedFile guarded(file("guarded"));
        std::raise(SIGBUS);
        std::_Exit(2);
      },
      testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace mana
