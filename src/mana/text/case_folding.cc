#include "mana/text/case_folding.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "mana/base/valid_utf8.h"
#include "mana/text/normalizer.h"
#include "mana/text/repaired_text.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

struct Folded {
  char32_t letter;
  std::string_view folded;
};

// CaseFolding.txt of Unicode 16, statuses C and F, of small letters. What is only taken apart there (U+0390 into a
// letter and two marks) stays, and so do the small letters of Cherokee, which are folded to capitals there.
constexpr std::array<Folded, 73> kFolded = {
    {{0x00B5, "μ"},  {0x00DF, "ss"},  {0x0149, "ʼn"},  {0x017F, "s"},  {0x0345, "ι"},  {0x03C2, "σ"},  {0x03D0, "β"},
     {0x03D1, "θ"},  {0x03D5, "φ"},   {0x03D6, "π"},   {0x03F0, "κ"},  {0x03F1, "ρ"},  {0x03F5, "ε"},  {0x0587, "եւ"},
     {0x1C80, "в"},  {0x1C81, "д"},   {0x1C82, "о"},   {0x1C83, "с"},  {0x1C84, "т"},  {0x1C85, "т"},  {0x1C86, "ъ"},
     {0x1C87, "ѣ"},  {0x1C88, "ꙋ"},   {0x1E9A, "aʾ"},  {0x1E9B, "ṡ"},  {0x1F80, "ἀι"}, {0x1F81, "ἁι"}, {0x1F82, "ἂι"},
     {0x1F83, "ἃι"}, {0x1F84, "ἄι"},  {0x1F85, "ἅι"},  {0x1F86, "ἆι"}, {0x1F87, "ἇι"}, {0x1F90, "ἠι"}, {0x1F91, "ἡι"},
     {0x1F92, "ἢι"}, {0x1F93, "ἣι"},  {0x1F94, "ἤι"},  {0x1F95, "ἥι"}, {0x1F96, "ἦι"}, {0x1F97, "ἧι"}, {0x1FA0, "ὠι"},
     {0x1FA1, "ὡι"}, {0x1FA2, "ὢι"},  {0x1FA3, "ὣι"},  {0x1FA4, "ὤι"}, {0x1FA5, "ὥι"}, {0x1FA6, "ὦι"}, {0x1FA7, "ὧι"},
     {0x1FB2, "ὰι"}, {0x1FB3, "αι"},  {0x1FB4, "άι"},  {0x1FB7, "ᾶι"}, {0x1FC2, "ὴι"}, {0x1FC3, "ηι"}, {0x1FC4, "ήι"},
     {0x1FC7, "ῆι"}, {0x1FF2, "ὼι"},  {0x1FF3, "ωι"},  {0x1FF4, "ώι"}, {0x1FF7, "ῶι"}, {0xFB00, "ff"}, {0xFB01, "fi"},
     {0xFB02, "fl"}, {0xFB03, "ffi"}, {0xFB04, "ffl"}, {0xFB05, "st"}, {0xFB06, "st"}, {0xFB13, "մն"}, {0xFB14, "մե"},
     {0xFB15, "մի"}, {0xFB16, "վն"},  {0xFB17, "մխ"}}};

// A bit for each code point below 0x2000 that is folded, so that most are told apart at once.
constexpr char32_t kMarked = 0x2000;
constexpr std::array<std::uint64_t, kMarked / 64> kMarks = [] {
  std::array<std::uint64_t, kMarked / 64> marks{};
  for (const Folded& each : kFolded) {
    if (each.letter < kMarked) marks[each.letter / 64] |= std::uint64_t{1} << (each.letter % 64);
  }
  return marks;
}();

constexpr std::string_view kSigma = "\u03C3";
constexpr std::string_view kLastSigma = "\u03C2";

bool in_word(char32_t c) { return has(c, kInWord); }

}  // namespace

std::string_view folded(char32_t letter) {
  if (letter < kMarked && (kMarks[letter / 64] >> (letter % 64) & 1) == 0) return {};
  const auto* const found = std::ranges::lower_bound(kFolded, letter, {}, &Folded::letter);
  return found != kFolded.end() && found->letter == letter ? found->folded : std::string_view();
}

void CaseFolding::operator()(NormalizedText& text) const {
  NormalizedWriter writer(text);
  for_each_code_point(text.text(), [&](char32_t c, std::size_t begin, std::size_t size) {
    const Offsets source = writer.source(begin, size);
    const char32_t small = lower(c, properties(c));
    const std::string_view other = folded(small);
    if (other.empty()) writer.put(small, source);
    if (c == kDottedI) writer.put(kDotAbove, source);
    for_each_code_point(other, [&](char32_t each, std::size_t, std::size_t) { writer.put(each, source); });
  });
  writer.finish();
}

std::vector<Replace> CaseFolding::replacements() {
  std::vector<Replace> all;
  for (const Folded& each : kFolded) {
    char bytes[4];
    all.push_back({std::string(bytes, encode(each.letter, bytes)), std::string(each.folded)});
  }
  return all;
}

void LastSigma::operator()(NormalizedText& text) const {
  const std::string_view all = text.text();
  const char* const end = all.data() + all.size();
  for (std::size_t at = all.find(kSigma); at != all.npos; at = all.find(kSigma, at + kSigma.size())) {
    const char* before = all.data() + at;
    if (at == 0 || !in_word(decode_before(before))) continue;
    const char* after = all.data() + at + kSigma.size();
    char32_t next = after == end ? U' ' : decode(after);
    if (is_joiner(next)) next = after == end ? U' ' : decode(after);
    if (!in_word(next)) text.bytes()[at + 1] = kLastSigma[1];
  }
}

void write_last_sigma(std::string& word) {
  if (!word.ends_with(kSigma) || word.size() == kSigma.size()) return;
  const char* before = word.data() + word.size() - kSigma.size();
  if (!is_joiner(decode_before(before))) word.back() = kLastSigma[1];
}

std::string fold_case(std::string_view text) {
  const auto fold = [](std::string_view valid) {
    NormalizedText normalized;
    normalized.assign(valid, 0, false);
    CaseFolding()(normalized);
    LastSigma()(normalized);
    return std::string(normalized.text());
  };
  return is_utf8(text) ? fold(text) : fold(RepairedText(text).text());
}

}  // namespace mana::text
