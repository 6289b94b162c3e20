#include "mana/base/shown_bytes.h"

namespace mana {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

ShownBytes escaped_byte(char byte) noexcept {
  const auto value = static_cast<unsigned char>(byte);
  return {{'\\', 'x', kDigits[value >> 4U], kDigits[value & 15U]}, 4};
}

ShownBytes escaped_code_point(std::string_view code_point) noexcept {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(code_point[index]); };
  if (code_point.size() == 1 && (byte(0) < 0x20 || byte(0) == 0x7f)) return escaped_byte(code_point.front());
  if (code_point.size() == 2 && byte(0) == 0xc2 && byte(1) < 0xa0) {  // the other control characters
    return {{'\\', 'u', '0', '0', kDigits[byte(1) >> 4U], kDigits[byte(1) & 15U]}, 6};
  }
  if (code_point == "\u2028") return {{'\\', 'u', '2', '0', '2', '8'}, 6};
  if (code_point == "\u2029") return {{'\\', 'u', '2', '0', '2', '9'}, 6};
  ShownBytes shown;
  for (const char each : code_point.substr(0, shown.bytes.size())) shown.bytes[shown.size++] = each;
  return shown;
}

}  // namespace mana
