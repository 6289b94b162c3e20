#include "mana/generate/translation_windows.h"

#include <algorithm>

namespace mana::generate {
namespace {

constexpr std::size_t kFirstTexts = 512, kFewestTexts = 64, kMostTexts = 4096;
constexpr std::size_t kBytes = std::size_t{4} << 20;
constexpr double kShortSeconds = 5, kLongSeconds = 20;

}  // namespace

data::WindowLimits first_window() { return {.texts = kFirstTexts, .bytes = kBytes}; }

data::WindowLimits next_window(data::WindowLimits last, std::size_t texts, double seconds) {
  if (seconds > kLongSeconds) return {.texts = std::max(kFewestTexts, texts / 2), .bytes = last.bytes};
  const bool short_and_full = seconds < kShortSeconds && texts == last.texts;
  return {.texts = short_and_full ? std::min(kMostTexts, 2 * texts) : last.texts, .bytes = last.bytes};
}

}  // namespace mana::generate
