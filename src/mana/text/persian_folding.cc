#include "mana/text/persian_folding.h"

#include <array>
#include <string>

#include "mana/text/utf8.h"

namespace mana::text {
namespace {

constexpr char32_t kTatweel = 0x640;
constexpr char32_t kArabicBegin = 0x600;
constexpr char32_t kArabicEnd = 0x700;

struct Unified {
  char32_t from;
  char32_t to;
};
// Arabic yeh, alef maksura and kaf as Persian writes them; then the digits.
constexpr std::array<Unified, 3> kLetters = {{{0x64A, 0x6CC}, {0x649, 0x6CC}, {0x643, 0x6A9}}};
constexpr std::array<char32_t, 2> kZeros = {0x660, 0x6F0};  // of Arabic and of Persian

}  // namespace

char32_t fold_persian(char32_t c) {
  if (c < kArabicBegin || c >= kArabicEnd) return c;
  if (c == kTatweel) return kLeftOut;
  for (const auto& [from, to] : kLetters) {
    if (c == from) return to;
  }
  for (const char32_t zero : kZeros) {
    if (c >= zero && c < zero + 10) return U'0' + (c - zero);
  }
  return c;
}

std::vector<Normalizer> persian_folding() {
  std::vector<Normalizer> stages;
  const auto replace = [&](char32_t from, std::string to) {
    char bytes[4];
    stages.emplace_back(Replace{std::string(bytes, encode(from, bytes)), std::move(to)});
  };
  for (const auto& [from, to] : kLetters) {
    char bytes[4];
    replace(from, std::string(bytes, encode(to, bytes)));
  }
  for (const char32_t zero : kZeros) {
    for (char32_t digit = 0; digit < 10; ++digit)
      replace(zero + digit, std::string(1, static_cast<char>(U'0' + digit)));
  }
  replace(kTatweel, "");
  return stages;
}

}  // namespace mana::text
