#include "mana/text/repaired_text.h"

#include <algorithm>

namespace mana::text {
namespace {

struct Sequence {
  std::size_t size;
  bool valid;
};

// The sequence that `text` begins with: a code point, or the longest beginning of one (Unicode 3.9, table 3-7).
Sequence first_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no longer form than needed
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, nothing above U+10FFFF
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size() || byte(i) < (i == 1 ? low : 0x80) || byte(i) > (i == 1 ? high : 0xBF)) return {i, false};
  }
  return {size, true};
}

}  // namespace

RepairedText::RepairedText(std::string_view broken) {
  text_.reserve(broken.size() + broken.size() / 8);
  for (std::size_t at = 0; at < broken.size();) {
    const auto [size, valid] = first_sequence(broken.substr(at));
    text_ += valid ? broken.substr(at, size) : std::string_view("\uFFFD");
    at += size;
    if (!valid) patches_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(at)});
  }
}

std::uint32_t RepairedText::original(std::uint32_t repaired) const {
  const auto after = std::ranges::upper_bound(patches_, repaired, {}, &Patch::end);
  if (after == patches_.begin()) return repaired;
  const Patch& last = *std::prev(after);
  return last.original_end + (repaired - last.end);
}

std::vector<Offsets> to_code_points(std::string_view text, std::span<const Offsets> bytes) {
  std::vector<std::uint32_t> begins;  // of every code point
  for (std::size_t at = 0; at < text.size(); at += first_sequence(text.substr(at)).size) {
    begins.push_back(static_cast<std::uint32_t>(at));
  }
  const auto index = [&](std::uint32_t byte) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(begins, byte) - begins.begin());
  };
  std::vector<Offsets> code_points;
  code_points.reserve(bytes.size());
  for (const Offsets& range : bytes) code_points.push_back({index(range.begin), index(range.end)});
  return code_points;
}

}  // namespace mana::text
