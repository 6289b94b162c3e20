#include "mana/text/lower_case.h"

#include <algorithm>

#include "mana/base/valid_utf8.h"
#include "mana/text/case_folding.h"
#include "mana/text/normalizer.h"
#include "mana/text/repaired_text.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

constexpr std::string_view kCapitalSigma = "\u03A3";
constexpr std::string_view kSigma = "\u03C3";
constexpr std::string_view kLastSigma = "\u03C2";

/// What does not count where it is asked whether a letter stands beside (Unicode's Case_Ignorable, nearly).
bool is_passed_over(char32_t c) {
  constexpr std::u32string_view kMarks = U"'.:^`\u00A8\u00AD\u00AF\u00B4\u00B7\u00B8\u2018\u2019\u2024\u2027";
  return kMarks.find(c) != kMarks.npos || is_joiner(c) || has(c, kCombining);
}

bool is_letter(char32_t c) { return has(c, kInWord) && !has(c, kNumeric); }

/// Whether the Σ before `at` ends a word (Unicode's Final_Sigma): behind a letter and not before one.
bool ends_word(std::string_view text, std::size_t at) {
  const char* before = text.data() + at - kCapitalSigma.size();
  char32_t c = U'.';
  while (before > text.data() && is_passed_over(c)) c = decode_before(before);
  if (!is_letter(c) || is_passed_over(c)) return false;
  const char* after = text.data() + at;
  const char* const end = text.data() + text.size();
  c = U'.';
  while (after < end && is_passed_over(c)) c = decode(after);
  return !is_letter(c) || is_passed_over(c);
}

/// Small letters stand where capitals stood, though some take more bytes or fewer, so sigmas are counted.
void put_last_sigmas(std::string_view text, NormalizedText& lowered) {
  std::size_t place = 0;
  for (std::size_t at = text.find_first_of("\xCE\xCF"); at < text.size(); ++at) {
    const std::string_view letter = text.substr(at, kSigma.size());
    if (letter != kCapitalSigma && letter != kSigma) continue;
    place = lowered.text().find(kSigma, place);
    if (letter == kCapitalSigma && ends_word(text, at + letter.size()))
      std::ranges::copy(kLastSigma, lowered.bytes() + place);
    place += kSigma.size();
  }
}

}  // namespace

void lower_case(NormalizedText& text) {
  const bool has_sigma = text.text().find(kCapitalSigma) != std::string_view::npos;
  const std::string before(has_sigma ? text.text() : std::string_view());
  Lowercase()(text);
  if (has_sigma) put_last_sigmas(before, text);
}

std::string lower_case(std::string_view text) {
  const auto lowered = [](std::string_view valid) {
    NormalizedText normalized;
    normalized.assign(valid, 0, false);
    lower_case(normalized);
    return std::string(normalized.text());
  };
  return is_utf8(text) ? lowered(text) : lowered(RepairedText(text).text());
}

}  // namespace mana::text
