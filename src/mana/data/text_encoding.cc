#include "mana/data/text_encoding.h"

#include <array>
#include <utility>

namespace mana::data {
namespace {

using namespace std::string_view_literals;

struct Mark {
  std::string_view bytes;
  TextEncoding encoding;
};
constexpr std::array<Mark, 5> kMarks = {{
    {"\xEF\xBB\xBF"sv, TextEncoding::utf8},
    {"\xFF\xFE\0\0"sv, TextEncoding::utf32_little},  // before that of UTF-16, which it begins with
    {"\0\0\xFE\xFF"sv, TextEncoding::utf32_big},
    {"\xFF\xFE"sv, TextEncoding::utf16_little},
    {"\xFE\xFF"sv, TextEncoding::utf16_big},
}};

bool is_little(TextEncoding encoding) {
  return encoding == TextEncoding::utf16_little || encoding == TextEncoding::utf32_little;
}
unsigned unit_size(TextEncoding encoding) {
  return encoding == TextEncoding::utf16_little || encoding == TextEncoding::utf16_big ? 2 : 4;
}

bool is_surrogate(std::uint32_t value) { return value >= 0xD800 && value < 0xE000; }

/// No UTF-8 has this byte: who reads the text counts it and replaces it as broken UTF-8.
constexpr std::uint32_t kBroken = 0xFF;

void put(std::uint32_t code_point, std::string& text) {
  constexpr std::uint32_t kLast = 0x10FFFF;
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (code_point > kLast || is_surrogate(code_point)) return byte(kBroken);
  const auto following = [&](unsigned shift) { byte(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) return byte(code_point);
  if (code_point < 0x800) {
    byte(0xC0U | (code_point >> 6U));
  } else if (code_point < 0x10000) {
    byte(0xE0U | (code_point >> 12U));
    following(6);
  } else {
    byte(0xF0U | (code_point >> 18U));
    following(12);
    following(6);
  }
  following(0);
}

}  // namespace

std::string_view name_of(TextEncoding encoding) {
  if (encoding == TextEncoding::utf8) return "UTF-8";
  return unit_size(encoding) == 2 ? "UTF-16" : "UTF-32";
}

ByteOrderMark byte_order_mark(std::string_view beginning) {
  for (const Mark& mark : kMarks) {
    if (beginning.starts_with(mark.bytes)) return {mark.encoding, mark.bytes.size()};
  }
  return {};
}

void Utf8Decoder::append(std::string_view bytes, std::string& text) {
  if (encoding_ == TextEncoding::utf8) {
    text += bytes;
    return;
  }
  const unsigned size = unit_size(encoding_);
  const bool little = is_little(encoding_);
  for (const char each : bytes) {
    const std::uint32_t byte = static_cast<unsigned char>(each);
    unit_ = little ? unit_ | (byte << (8 * unit_bytes_)) : (unit_ << 8U) | byte;
    if (++unit_bytes_ < size) continue;
    put_unit(std::exchange(unit_, 0), text);
    unit_bytes_ = 0;
  }
}

void Utf8Decoder::put_unit(std::uint32_t unit, std::string& text) {
  if (unit_size(encoding_) == 4) return put(unit, text);
  const bool low = unit >= 0xDC00 && unit < 0xE000;
  if (high_ != 0 && low) return put(0x10000 + ((std::exchange(high_, 0) - 0xD800) << 10U) + (unit - 0xDC00), text);
  if (high_ != 0) put(std::exchange(high_, 0), text);
  if (is_surrogate(unit) && !low) {
    high_ = unit;
  } else {
    put(unit, text);
  }
}

void Utf8Decoder::finish(std::string& text) {
  if (high_ != 0 || unit_bytes_ != 0) text += static_cast<char>(kBroken);
  high_ = unit_ = 0;
  unit_bytes_ = 0;
}

}  // namespace mana::data
