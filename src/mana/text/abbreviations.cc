#include "mana/text/abbreviations.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace mana::text {
namespace {

using namespace std::string_view_literals;

// Without the last full stop, in the order of bytes. None of them often ends a sentence, as "etc." does.
constexpr std::string_view kTitles[] = {
    "Adm"sv,   "Brig"sv, "Capt"sv, "Cmdr"sv, "Col"sv,  "Dipl.-Ing"sv, "Dr"sv,  "Fr"sv,     "Frl"sv,  "Gen"sv,  "Gov"sv,
    "Hon"sv,   "Hr"sv,   "Hrn"sv,  "Ing"sv,  "Lt"sv,   "Mag"sv,       "Maj"sv, "Messrs"sv, "Mlle"sv, "Mme"sv,  "Mr"sv,
    "Mrs"sv,   "Ms"sv,   "Mt"sv,   "Pres"sv, "Prof"sv, "Rep"sv,       "Rev"sv, "Sen"sv,    "Sgt"sv,  "St"sv,   "Vgl"sv,
    "a.k.a"sv, "bzgl"sv, "bzw"sv,  "ca"sv,   "cf"sv,   "d.h"sv,       "e.g"sv, "evtl"sv,   "geb"sv,  "ggf"sv,  "i.e"sv,
    "insb"sv,  "o.g"sv,  "sog"sv,  "u.a"sv,  "vgl"sv,  "viz"sv,       "vs"sv,  "z.B"sv,    "z.T"sv,  "zzgl"sv,
};
constexpr std::string_view kBeforeNumbers[] = {
    "Abb"sv, "Abs"sv, "Art"sv, "Bd"sv, "Fig"sv, "Kap"sv, "No"sv,  "Nos"sv, "Nr"sv, "S"sv,
    "Tab"sv, "Vol"sv, "art"sv, "ch"sv, "fig"sv, "no"sv,  "nos"sv, "p"sv,   "pp"sv, "vol"sv,
};
constexpr std::string_view kGermanMonths[] = {
    "April"sv, "August"sv, "Dezember"sv, "Februar"sv,  "Januar"sv,  "Juli"sv,
    "Juni"sv,  "Mai"sv,    "März"sv,     "November"sv, "Oktober"sv, "September"sv,
};
static_assert(std::ranges::is_sorted(kTitles) && std::ranges::is_sorted(kBeforeNumbers) &&
              std::ranges::is_sorted(kGermanMonths));

constexpr std::size_t kLongest = 9;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How many bytes at the end are of one kind, up to one more than matters.
template <class Kind>
std::size_t tail(std::string_view text, std::size_t most, Kind is) {
  std::size_t count = 0;
  while (count < text.size() && count <= most && is(text[text.size() - 1 - count])) ++count;
  return count;
}

/// The letters, dots and hyphens at the end; empty where they are too many for the lists.
std::string_view last_word(std::string_view before) {
  const auto in_word = [](char c) { return is_letter(c) || c == '.' || c == '-'; };
  const std::size_t count = tail(before, kLongest, in_word);
  return count > kLongest ? std::string_view() : before.substr(before.size() - count);
}

/// Whether this is one letter of several of an abbreviation with spaces: "z. B.", "d. h."
bool in_spaced_letters(std::string_view before, std::string_view word, std::string_view after) {
  if (word.size() != 1) return false;
  if (after.size() > 1 && is_letter(after[0]) && after[1] == '.') return true;
  const std::string_view rest = before.substr(0, before.size() - 1);
  if (rest.size() < 3 || !rest.ends_with(". ")) return false;
  const char letters[] = {rest[rest.size() - 3], '.', word.front()};
  return (rest.size() == 3 || !is_letter(rest[rest.size() - 4])) &&
         std::ranges::binary_search(kTitles, std::string_view(letters, sizeof letters));
}

bool german_date(std::string_view before, std::string_view after) {
  const std::size_t digits = tail(before, 2, is_digit);
  if (digits == 0 || digits > 2) return false;
  std::size_t letters = 0;
  while (letters < after.size() && letters <= kLongest && is_letter(after[letters])) ++letters;
  return std::ranges::binary_search(kGermanMonths, after.substr(0, letters));
}

}  // namespace

bool is_abbreviated(std::string_view before, std::string_view after) {
  if (before.empty()) return false;
  if (is_digit(before.back())) return german_date(before, after);
  const std::string_view word = last_word(before);
  if (word.empty()) return false;
  if (std::ranges::binary_search(kTitles, word) || in_spaced_letters(before, word, after)) return true;
  if (!after.empty() && is_digit(after.front()) && std::ranges::binary_search(kBeforeNumbers, word)) return true;
  const auto initial = [](char c) { return c >= 'A' && c <= 'Z'; };
  return word.size() == 1 && initial(word.front()) && word != "I" && !after.empty() && initial(after.front());
}

}  // namespace mana::text
