#include "mana/base/printable.h"

#include <utility>

#include "mana/base/shown_bytes.h"
#include "mana/base/valid_utf8.h"

namespace mana {
namespace {

constexpr std::size_t kLimit = 200;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

std::string escaped(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0, size = 0; i < text.size(); i += size) {
    const std::string_view rest = text.substr(i);
    size = 1;  // only what may be escaped is taken as a whole
    if (rest.starts_with('\xc2') && rest.size() > 1 && is_continuation(rest[1])) size = 2;
    if (rest.starts_with("\u2028") || rest.starts_with("\u2029")) size = 3;
    shown += escaped_code_point(rest.substr(0, size)).text();
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
      shown += static_cast<unsigned char>(byte) < 0x80 ? std::string(1, byte) : std::string(escaped_byte(byte).text());
    }
  }
  return end < text.size() ? shown + "…" : shown;
}

}  // namespace mana
