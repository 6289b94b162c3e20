#include "mana/text/cut_into_letters.h"

#include "mana/base/valid_utf8.h"
#include "mana/text/normalizer.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

bool is_letter(char32_t c) {
  constexpr char32_t kFirstKana = 0x3040, kLastKana = 0x30FF;
  return has(c, kInWord) && !has(c, kCjk | kNonspacing) && (c < kFirstKana || c > kLastKana);
}

}  // namespace

bool is_cut_into_letters(std::string_view text, std::size_t tokens) {
  constexpr std::size_t kFew = 20;
  constexpr double kShare = 0.9;  // tokens for each letter
  if (tokens < kFew || is_ascii(text) || !is_utf8(text)) return false;
  std::size_t letters = 0;
  for (const char *at = text.data(), *const end = at + text.size(); at != end;)
    letters += is_letter(decode(at)) ? 1 : 0;
  return letters >= kFew && static_cast<double>(tokens) >= kShare * static_cast<double>(letters);
}

}  // namespace mana::text
