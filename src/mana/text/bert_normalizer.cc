#include "mana/text/bert_normalizer.h"

#include <algorithm>

#include "mana/text/normalizer.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

// Without && and ||, so that loops over these have no branches and are compiled to vector instructions.
constexpr bool is_ascii_space(unsigned char c) { return (c == ' ') | (c == '\t') | (c == '\n') | (c == '\r'); }
// Printable ASCII and the whitespace that cleaning keeps.
constexpr bool is_plain(unsigned char c) {
  return (static_cast<unsigned char>(c - ' ') < 0x7F - ' ') | is_ascii_space(c);
}
constexpr unsigned char lower_ascii_letter(unsigned char c) {
  return static_cast<unsigned char>(c + ((static_cast<unsigned char>(c - 'A') < 26) << 5));
}

}  // namespace

void BertNormalizer::operator()(NormalizedText& text) const {
  if (!in_place(text) && !one_pass(text)) step_by_step(text);
}

// The flags of code points that are not simply copied.
unsigned BertNormalizer::special() const {
  unsigned flags = 0;
  if (clean_text) flags |= kControl | kWhitespace;
  if (handle_chinese_chars) flags |= kCjk;
  if (strip_accents) flags |= kNonspacing | kDecomposes | kNonstarter;
  if (lowercase) flags |= kLowers;
  return flags;
}

// ASCII changes byte for byte, and most of what is not ASCII does not change: then offsets stay as they are. The loops
// are over blocks and have no branches, so that they are compiled to vector instructions.
bool BertNormalizer::in_place(NormalizedText& text) const {
  constexpr std::size_t kBlock = NormalizedText::kPadding;
  const std::size_t size = text.text().size();
  auto* const bytes = reinterpret_cast<unsigned char*>(text.bytes());
  unsigned char control = 0, most = 0, least = 0xFF;
  for (std::size_t begin = 0; begin < size; begin += kBlock) {
    for (std::size_t i = begin; i < begin + kBlock; ++i) {
      control |= static_cast<unsigned char>(!(is_plain(bytes[i]) | (bytes[i] >= 0x80)));
      most = std::max(most, bytes[i]);
      least = std::min(least, bytes[i]);
    }
  }
  if (control || (most >= 0x80 && (flags_beyond_ascii(text.text()) & special()))) return false;
  if (lowercase) {
    for (std::size_t begin = 0; begin < size; begin += kBlock) {
      for (std::size_t i = begin; i < begin + kBlock; ++i) bytes[i] = lower_ascii_letter(bytes[i]);
    }
  }
  if (clean_text && least < ' ') {  // what is below the space and no control character is whitespace
    for (std::size_t i = 0; i < size; ++i) bytes[i] = std::max<unsigned char>(bytes[i], ' ');
  }
  return true;
}

// False when marks that accent stripping leaves have to be ordered; the text is then as it was.
bool BertNormalizer::one_pass(NormalizedText& text) const {
  const unsigned special = this->special();
  const std::string_view all = text.text();
  NormalizedWriter writer(text);
  const char* const begin = all.data();
  const char* const end = begin + all.size();
  for (const char* at = begin; at < end;) {
    const char* const first = at;
    const auto position = static_cast<std::size_t>(first - begin);
    if (const auto byte = static_cast<unsigned char>(*at); is_plain(byte)) {
      const unsigned char kept = lowercase ? lower_ascii_letter(byte) : byte;
      writer.put_ascii(static_cast<char>(clean_text && is_ascii_space(kept) ? ' ' : kept), position);
      ++at;
      continue;
    }
    const char32_t c = decode(at);
    const auto size = static_cast<std::size_t>(at - first);
    const unsigned flags = properties(c).flags & special;
    if (flags == 0) {
      writer.copy(first, position, size);
      continue;
    }
    if (flags & kControl) continue;
    const Offsets source = writer.source(position, size);
    if (flags & kWhitespace) {
      writer.put(' ', source);
      continue;
    }
    if (flags & kCjk) writer.put(' ', source);
    if (strip_accents && (flags & kDecomposes)) {
      char32_t hangul[3];
      for (char32_t part : decomposition(c, Equivalence::canonical, hangul)) {
        if (!put(part, source, writer)) return false;
      }
    } else if (!put(c, source, writer)) {
      return false;
    }
    if (flags & kCjk) writer.put(' ', source);
  }
  writer.finish();
  return true;
}

// What accent stripping and lower-casing make of one decomposed code point.
bool BertNormalizer::put(char32_t c, Offsets source, NormalizedWriter& writer) const {
  const Properties& known = properties(c);
  if (strip_accents) {
    if (known.flags & kNonspacing) return true;
    if (known.flags & kNonstarter) return false;
  }
  if (!lowercase) return writer.put(c, source), true;
  writer.put(lower(c, known), source);
  if (c == kDottedI) writer.put(kDotAbove, source);
  return true;
}

void BertNormalizer::step_by_step(NormalizedText& text) const {
  if (clean_text) {
    NormalizedWriter writer(text);
    for_each_code_point(text.text(), [&](char32_t c, std::size_t begin, std::size_t size) {
      if (has(c, kControl)) return;
      writer.put(has(c, kWhitespace) ? U' ' : c, writer.source(begin, size));
    });
    writer.finish();
  }
  if (handle_chinese_chars) {
    NormalizedWriter writer(text);
    for_each_code_point(text.text(), [&](char32_t c, std::size_t begin, std::size_t size) {
      const Offsets source = writer.source(begin, size);
      if (has(c, kCjk)) writer.put(' ', source);
      writer.put(c, source);
      if (has(c, kCjk)) writer.put(' ', source);
    });
    writer.finish();
  }
  if (strip_accents) {
    NormalForm{Equivalence::canonical, false}(text);
    filter(text, [](char32_t c) { return !has(c, kNonspacing); });
  }
  if (lowercase) Lowercase{}(text);
}

}  // namespace mana::text
