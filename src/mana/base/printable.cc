#include "mana/base/printable.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/valid_utf8.h"

namespace mana {
namespace {

constexpr std::size_t kLimit = 200;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::string escaped(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t ahead) {
      return i + ahead < text.size() ? static_cast<unsigned char>(text[i + ahead]) : 0U;
    };
    if (byte(0) < 0x20 || byte(0) == 0x7f) {
      shown += fmt::format("\\x{:02x}", byte(0));
    } else if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) {  // the other control characters
      shown += fmt::format("\\u{:04x}", byte(1));
      i += 1;
    } else if (byte(0) == 0xe2 && byte(1) == 0x80 && (byte(2) == 0xa8 || byte(2) == 0xa9)) {
      shown += fmt::format("\\u{:04x}", 0x2000 + (byte(2) & 0x3fU));
      i += 2;
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::string printable(std::string_view text) {
  std::size_t end = text.size();
  if (end > kLimit) {
    end = kLimit;
    while (end > 0 && is_continuation(text[end])) --end;  // never within a code point
  }
  std::string shown = escaped(text.substr(0, end));
  if (!is_utf8(shown)) {  // a message is UTF-8 whatever it speaks of
    for (const char byte : std::exchange(shown, {})) {
      const auto value = static_cast<unsigned char>(byte);
      shown += value < 0x80 ? std::string(1, byte) : fmt::format("\\x{:02x}", value);
    }
  }
  return end < text.size() ? shown + "…" : shown;
}

}  // namespace mana
