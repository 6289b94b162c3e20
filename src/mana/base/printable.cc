#include "mana/base/printable.h"

#include <fmt/format.h>

namespace mana {
namespace {

constexpr std::size_t kLimit = 200;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::string printable(std::string_view text) {
  std::size_t end = text.size();
  if (end > kLimit) {
    end = kLimit;
    while (end > 0 && is_continuation(text[end])) --end;  // never within a code point
  }
  std::string shown;
  for (const char byte : text.substr(0, end)) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x20 || code == 0x7f) {
      shown += fmt::format("\\x{:02x}", code);
    } else {
      shown += byte;
    }
  }
  return end < text.size() ? shown + "…" : shown;
}

}  // namespace mana
