#include "mana/text/normalizer.h"

#include <algorithm>

namespace mana::text {
namespace {

// Writes a text with ranges of it replaced, in order.
class Replacer {
 public:
  Replacer(NormalizedText& text, std::string_view content) : all_(text.text()), content_(content), writer_(text) {}

  void replace(std::size_t begin, std::size_t end) {
    copy(begin);
    // The reference aligns everything new with the last code point that it replaces.
    const char* last = all_.data() + end;
    decode_before(last);
    const auto last_begin = static_cast<std::size_t>(last - all_.data());
    const Offsets source = writer_.source(last_begin, end - last_begin);
    for_each_code_point(content_, [&](char32_t c, std::size_t, std::size_t) { writer_.put(c, source); });
    done_ = end;
  }
  void finish() {
    copy(all_.size());
    writer_.finish();
  }

 private:
  void copy(std::size_t end) {
    for_each_code_point(all_.substr(done_, end - done_), [&](char32_t, std::size_t begin, std::size_t size) {
      writer_.copy(all_.data() + done_ + begin, done_ + begin, size);
    });
  }

  std::string_view all_, content_;
  NormalizedWriter writer_;
  std::size_t done_ = 0;
};

// Whether all white space is spaces, no two of them beside each other.
bool has_single_spaces(std::string_view text) {
  bool before = false;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const char32_t c = decode(at);
    if (c == U' ' ? before : has(c, kWhitespace)) return false;
    before = c == U' ';
  }
  return true;
}

}  // namespace

bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char byte : text) bits |= static_cast<unsigned char>(byte);
  return bits < 0x80;
}

void Lowercase::operator()(NormalizedText& text) const {
  if (is_ascii(text.text())) {
    char* const bytes = text.bytes();
    for (std::size_t i = 0; i < text.text().size(); ++i) {
      bytes[i] = static_cast<char>(bytes[i] | (bytes[i] >= 'A' && bytes[i] <= 'Z' ? 0x20 : 0));
    }
    return;
  }
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
  std::size_t found = all.find(pattern);
  if (found == all.npos) return;
  Replacer replacer(text, content);
  for (; found != all.npos; found = all.find(pattern, found + pattern.size())) {
    replacer.replace(found, found + pattern.size());
  }
  replacer.finish();
}

void SpaceRuns::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  if (content == " " && has_single_spaces(all)) return;
  const auto is_space = [](char32_t c) { return has(c, kWhitespace); };
  Replacer replacer(text, content);
  const char* const begin = all.data();
  const char* const end = begin + all.size();
  for (const char* at = begin; at < end;) {
    const char* const first = at;
    if (!is_space(decode(at))) continue;
    const char* behind = at;
    for (; at < end && is_space(decode(at));) behind = at;
    replacer.replace(static_cast<std::size_t>(first - begin), static_cast<std::size_t>(behind - begin));
  }
  replacer.finish();
}

void ReplaceExpression::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  Replacer replacer(text, content);
  expression.for_each_match(all, {0, static_cast<std::uint32_t>(all.size())},
                            [&](Range found) { replacer.replace(found.begin, found.end); });
  replacer.finish();
}

void Prepend::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  if (all.empty()) return;
  NormalizedWriter writer(text);
  const char* second = all.data();
  decode(second);
  // The prefix is from where the first code point is.
  const Offsets source = writer.source(0, static_cast<std::size_t>(second - all.data()));
  for_each_code_point(prefix, [&](char32_t c, std::size_t, std::size_t) { writer.put(c, source); });
  for_each_code_point(all, [&](char32_t, std::size_t at, std::size_t size) { writer.copy(all.data() + at, at, size); });
  writer.finish();
}

void Nmt::operator()(NormalizedText& text) const {
  NormalizedWriter writer(text);
  for_each_code_point(text.text(), [&](char32_t c, std::size_t at, std::size_t size) {
    const bool removed =
        (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
    const bool space = c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
                       (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF ||
                       c == 0xFFFD;
    if (!removed) writer.put(space ? U' ' : c, writer.source(at, size));
  });
  writer.finish();
}

void Normalizers::operator()(NormalizedText& text) const {
  for (const Normalizer& stage : stages) {
    std::visit([&](const auto& normalize) { normalize(text); }, stage);
  }
}

bool Normalizers::space_first() const {
  return std::ranges::any_of(stages,
                             [](const Normalizer& stage) { return std::holds_alternative<Precompiled>(stage); });
}

bool Normalizers::local() const {
  return std::ranges::all_of(stages, [](const Normalizer& stage) {
    return std::visit([](const auto& normalize) { return normalize.local(); }, stage);
  });
}

}  // namespace mana::text
