#include "mana/generate/translation_windows.h"

#include <gtest/gtest.h>

#include <vector>

namespace mana::generate {
namespace {

/// The sizes of windows of a stream without end, of which each text takes so long.
std::vector<std::size_t> sizes(double seconds_of_a_text, std::size_t windows) {
  std::vector<std::size_t> sizes;
  data::WindowLimits limits = first_window();
  while (sizes.size() < windows) {
    sizes.push_back(limits.texts);
    limits = next_window(limits, limits.texts, seconds_of_a_text * static_cast<double>(limits.texts));
  }
  return sizes;
}

TEST(TranslationWindows, GrowWhereTextsAreQuick) {
  EXPECT_EQ(sizes(1e-4, 6), (std::vector<std::size_t>{512, 1024, 2048, 4096, 4096, 4096}));
  EXPECT_EQ(sizes(4e-3, 4), (std::vector<std::size_t>{512, 1024, 2048, 2048}));  // 4.1 s, then 8.2 s
}

TEST(TranslationWindows, ShrinkWhereTextsAreSlow) {
  EXPECT_EQ(sizes(1, 6), (std::vector<std::size_t>{512, 256, 128, 64, 64, 64}));
  EXPECT_EQ(sizes(0.1, 4), (std::vector<std::size_t>{512, 256, 128, 128}));  // 25.6 s, then 12.8 s
}

TEST(TranslationWindows, StayWhereTheTimeIsNeitherShortNorLong) {
  EXPECT_EQ(sizes(0.02, 3), (std::vector<std::size_t>{512, 512, 512}));
}

TEST(TranslationWindows, GrowNotByOneThatWasNotFull) {
  const data::WindowLimits first = first_window();
  EXPECT_EQ(next_window(first, 3, 0.01).texts, first.texts);  // the stream had to wait
  EXPECT_EQ(next_window(first, first.texts - 1, 0.01).texts, first.texts);
}

TEST(TranslationWindows, ShrinkToHalfOfWhatTookLong) {
  // A hundred long texts that filled a window by their bytes.
  EXPECT_EQ(next_window(first_window(), 200, 60).texts, 100);
  EXPECT_EQ(next_window(first_window(), 10, 60).texts, 64);
}

TEST(TranslationWindows, HoldSoManyBytesWhateverTheTime) {
  const data::WindowLimits first = first_window();
  EXPECT_GT(first.bytes, 0);
  for (const double seconds : {0.0, 10.0, 100.0})
    EXPECT_EQ(next_window(first, first.texts, seconds).bytes, first.bytes);
}

}  // namespace
}  // namespace mana::generate
