#include "mana/data/text_windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

using testing::ElementsAre;

TextSource source_of(std::vector<std::string> texts) {
  return [texts = std::move(texts), i = std::size_t{0}](std::string& text) mutable {
    if (i == texts.size()) return false;
    text = texts[i++];
    return true;
  };
}

std::vector<std::vector<std::string>> windows(const TextSource& source, const Waiting& waiting, WindowLimits limits) {
  std::vector<std::vector<std::string>> found;
  for_each_window(source, waiting, limits, [&](std::vector<std::string>& texts) { found.push_back(texts); });
  return found;
}

TEST(TextWindows, EndAtTheirNumberOfTextsOrBytes) {
  EXPECT_THAT(windows(source_of({"a", "b", "c"}), {}, {.texts = 2, .bytes = 100}),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("c")));
  EXPECT_THAT(windows(source_of({"aaaa", "b", "cccc", "d"}), {}, {.texts = 100, .bytes = 5}),
              ElementsAre(ElementsAre("aaaa", "b"), ElementsAre("cccc", "d")));
  EXPECT_THAT(windows(source_of({}), {}, {.texts = 2, .bytes = 100}), ElementsAre());
}

TEST(TextWindows, GrowWhereTheWorkSaysSo) {
  WindowLimits limits{.texts = 1, .bytes = 100};
  std::vector<std::size_t> sizes;
  for_each_window(source_of({"a", "b", "c", "d", "e"}), {}, limits, [&](std::vector<std::string>& texts) {
    sizes.push_back(texts.size());
    ++limits.texts;
  });
  EXPECT_THAT(sizes, ElementsAre(1, 2, 2));
}

TEST(TextWindows, WhatHasComeGoesOnWhileTheSourceWaits) {
  const Waiting waiting;
  int given = 0;
  const TextSource slow = [&](std::string& text) {
    if (given == 2) waiting.work();
    text = std::to_string(given);
    return ++given < 4;
  };
  EXPECT_THAT(windows(slow, waiting, {.texts = 100, .bytes = 100}),
              ElementsAre(ElementsAre("0", "1"), ElementsAre("2")));
  EXPECT_FALSE(waiting.has_work());
}

TEST(TextWindows, StopsWhenAsked) {
  std::stop_source stop;
  const Waiting waiting(stop.get_token());
  stop.request_stop();
  EXPECT_THROW(windows(source_of({"a"}), waiting, {.texts = 1, .bytes = 1}), Cancelled);
}

}  // namespace
}  // namespace mana::data
