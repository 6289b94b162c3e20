#include "mana/text/normalizer.h"

#include <algorithm>

namespace mana::text {

void Lowercase::operator()(NormalizedText& text) const {
  NormalizedWriter writer(text);
  for_each_code_point(text.text(), [&](char32_t c, std::size_t begin, std::size_t size) {
    writer.put(lower(c, properties(c)), writer.source(begin, size));
    if (c == kDottedI) writer.put(kDotAbove, writer.source(begin, size));
  });
  writer.finish();
}

void StripAccents::operator()(NormalizedText& text) const {
  filter(text, [](char32_t c) { return !has(c, kCombining); });
}

void Strip::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  const char* begin = all.data();
  const char* end = begin + all.size();
  for (const char* next = begin; left && begin < end && has(decode(next), kWhitespace);) begin = next;
  for (const char* next = end; right && begin < end && has(decode_before(next), kWhitespace);) end = next;
  NormalizedWriter writer(text);
  const auto skipped = static_cast<std::size_t>(begin - all.data());
  for_each_code_point({begin, end},
                      [&](char32_t, std::size_t at, std::size_t size) { writer.copy(begin + at, skipped + at, size); });
  writer.finish();
}

void Replace::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  if (all.find(pattern) == all.npos) return;
  NormalizedWriter writer(text);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t found = std::min(all.find(pattern, at), all.size());
    for_each_code_point(all.substr(at, found - at), [&](char32_t, std::size_t begin, std::size_t size) {
      writer.copy(all.data() + at + begin, at + begin, size);
    });
    if (found == all.size()) break;
    at = found + pattern.size();
    // The reference aligns everything new with the last code point that it replaces.
    const char* last = all.data() + at;
    decode_before(last);
    const auto last_begin = static_cast<std::size_t>(last - all.data());
    const Offsets source = writer.source(last_begin, at - last_begin);
    for_each_code_point(content, [&](char32_t c, std::size_t, std::size_t) { writer.put(c, source); });
  }
  writer.finish();
}

void Normalizers::operator()(NormalizedText& text) const {
  for (const Normalizer& stage : stages) {
    std::visit([&](const auto& normalize) { normalize(text); }, stage);
  }
}

bool Normalizers::local() const {
  return std::ranges::all_of(stages, [](const Normalizer& stage) {
    return std::visit([](const auto& normalize) { return normalize.local(); }, stage);
  });
}

}  // namespace mana::text
