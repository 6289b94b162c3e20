#include "mana/text/byte_letters.h"

#include <array>

#include "mana/text/utf8.h"

namespace mana::text {
namespace {

constexpr std::size_t kLetters = 0x144;  // one more than the last of them

struct Alphabet {
  std::array<char32_t, 256> letters{};
  std::array<int, kLetters> bytes{};  // -1: no letter of a byte
};

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.bytes.fill(-1);
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    const char32_t letter = printable ? static_cast<char32_t>(byte) : next++;
    alphabet.letters[static_cast<std::size_t>(byte)] = letter;
    alphabet.bytes[letter] = byte;
  }
  return alphabet;
}
constexpr Alphabet kAlphabet = make_alphabet();

}  // namespace

char32_t letter_of(unsigned char byte) { return kAlphabet.letters[byte]; }

std::optional<std::string> bytes_of_letters(std::string_view token) {
  std::string bytes;
  for (const char *at = token.data(), *end = at + token.size(); at < end;) {
    const char32_t letter = decode(at);
    if (letter >= kLetters || kAlphabet.bytes[letter] < 0) return std::nullopt;
    bytes += static_cast<char>(kAlphabet.bytes[letter]);
  }
  return bytes;
}

}  // namespace mana::text
