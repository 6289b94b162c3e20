#include "mana/text/pattern_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

// What Oniguruma means by \s and \w, as the inside of a class.
constexpr std::string_view kSpace = "\\t-\\r\\x{85}\\p{Z}";
constexpr std::string_view kWord = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
// Beyond brackets its table of Latin-1 counts, which has ²³¹¼½¾ too.
constexpr std::string_view kLatin1Digits = "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";

constexpr std::array<std::string_view, 19> kScripts = {
    "Han",     "Hiragana", "Katakana", "Hangul",   "Latin",    "Greek",      "Cyrillic", "Arabic", "Hebrew", "Thai",
    "Bengali", "Tamil",    "Telugu",   "Georgian", "Armenian", "Devanagari", "Ethiopic", "Khmer",  "Tibetan"};

// Characters with a property that each has. Where PCRE2 is new enough, it hears of them twice.
struct NewerCharacters {
  char32_t first, last;
  std::string_view property;
};
constexpr auto kNewer = std::to_array<NewerCharacters>({
#include "mana/text/newer_properties.inc"
});

// Those of a category, of all categories that begin with its letter, or of a script; as the inside of a class.
std::string newer_characters(std::string_view property) {
  std::string ranges;
  for (const NewerCharacters& newer : kNewer) {
    const bool of_category = property.size() == 1 && newer.property.size() == 2 && newer.property.starts_with(property);
    if (!of_category && newer.property != property) continue;
    ranges += fmt::format("\\x{{{:X}}}-\\x{{{:X}}}", static_cast<std::uint32_t>(newer.first),
                          static_cast<std::uint32_t>(newer.last));
  }
  return ranges;
}

// The ranges in ascending order, joined where they touch or overlap.
const std::vector<NewerCharacters>& newer_ranges() {
  static const std::vector<NewerCharacters> all = [] {
    std::vector<NewerCharacters> sorted(kNewer.begin(), kNewer.end()), joined;
    std::ranges::sort(sorted, {}, &NewerCharacters::first);
    for (const NewerCharacters& range : sorted) {
      if (joined.empty() || range.first > joined.back().last + 1) joined.push_back(range);
      joined.back().last = std::max(joined.back().last, range.last);
    }
    return joined;
  }();
  return all;
}

// All of them are beyond U+07FF, in three bytes or four.
constexpr unsigned char kFirstNewerByte = 0xE0;
static_assert(std::ranges::all_of(kNewer, [](const NewerCharacters& newer) { return newer.first > 0x7FF; }));

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

class Translator {
 public:
  Translator(std::string_view pattern, bool newer) : pattern_(pattern), newer_(newer) {}

  std::string run() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '\\') {
        escape(false);
      } else if (c == '[') {
        character_class();
      } else if (c == '(') {
        group();
      } else if (c == '*' || c == '+' || c == '?' || c == '{') {
        quantifier();
      } else {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw ArgumentError(fmt::format("has {} in a regular expression, which is not supported", printable(what)));
  }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0'; }

  std::string newer(std::string_view property) const { return newer_ ? newer_characters(property) : ""; }
  // What \w is within brackets, and beyond them.
  std::string word_characters() const {
    std::string ranges(kWord);
    for (const std::string_view property : {"L", "M", "Nd", "Alphabetic"}) ranges += newer(property);
    return ranges;
  }
  std::string word_characters_alone() const { return std::string(kLatin1Digits) += word_characters(); }

  // What stands behind a backslash, which at_ is at.
  void escape(bool in_class) {
    const char c = peek(1);
    at_ += 2;
    const auto put = [&](std::string_view set, bool negated) {
      if (in_class && negated) refuse(fmt::format("\\{} within brackets", c));
      if (in_class) {
        out_ += set;
      } else {
        out_ += fmt::format("[{}{}]", negated ? "^" : "", set);
      }
    };
    switch (c) {
      case 's': return put(kSpace, false);
      case 'S': return put(kSpace, true);
      case 'w': return put(in_class ? word_characters() : word_characters_alone(), false);
      case 'W': return put(word_characters_alone(), true);
      case 'd': return put_property('p', "Nd", in_class);
      case 'D': return put_property('P', "Nd", in_class);
      case 'v': out_ += "\\x0B"; return;
      case 'n':
      case 'r':
      case 't':
      case 'f':
      case 'a':
      case 'e': out_ += {'\\', c}; return;
      case 'p':
      case 'P': return property(c, in_class);
      case 'x':
      case 'u': return number(c);
      case 'A':
      case 'z':
      case 'Z':
        if (in_class) break;
        out_ += {'\\', c};
        return;
      case 'b':
        if (in_class) break;
        out_ += fmt::format("(?:(?<=[{0}])(?![{0}])|(?<![{0}])(?=[{0}]))", word_characters_alone());
        return;
      default:
        if (c == '\0' || is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80) break;
        out_ += {'\\', c};
        return;
    }
    refuse(fmt::format("\\{}", c));
  }

  void property(char c, bool in_class) {
    const std::size_t end = pattern_.find('}', at_);
    if (peek() != '{' || end == pattern_.npos) refuse(fmt::format("\\{} without braces", c));
    const std::string_view name = pattern_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    constexpr std::string_view kCategories =
        " L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf ";
    const bool category =
        !name.empty() && name.find(' ') == name.npos && kCategories.find(fmt::format(" {} ", name)) != kCategories.npos;
    const bool script = std::ranges::find(kScripts, name) != kScripts.end();
    if (!category && !script) refuse(fmt::format("\\{}{{{}}}", c, name));
    put_property(c, name, in_class);
  }

  void put_property(char c, std::string_view name, bool in_class) {
    const bool script = std::ranges::find(kScripts, name) != kScripts.end();
    const std::string more = newer(name);
    if (in_class || more.empty()) {
      // What has not got a property cannot be named within brackets; what is newer stays out of that.
      out_ += fmt::format("\\{}{{{}{}}}{}", c, script ? "sc:" : "", name, c == 'p' ? more : "");
    } else {
      out_ += fmt::format("[{}\\p{{{}{}}}{}]", c == 'P' ? "^" : "", script ? "sc:" : "", name, more);
    }
  }

  // \xHH, \x{H…} or \uHHHH.
  void number(char c) {
    const bool braces = c == 'x' && peek() == '{';
    if (braces) ++at_;
    const std::size_t most = braces ? 6 : c == 'x' ? 2 : 4;
    std::string digits;
    while (digits.size() < most && is_hexadecimal(peek())) digits += pattern_[at_++];
    if (digits.empty() || (braces && peek() != '}') || (c == 'u' && digits.size() != 4) ||
        (c == 'x' && !braces && (digits.size() != 2 || digits[0] >= '8'))) {
      refuse(fmt::format("\\{}{}", c, digits));
    }
    if (braces) ++at_;
    out_ += fmt::format("\\x{{{}}}", digits);
  }

  void character_class() {
    out_ += '[';
    ++at_;
    if (peek() == '^') out_ += '^', ++at_;
    if (peek() == ']') refuse("an empty class");
    while (peek() != ']') {
      if (at_ >= pattern_.size()) refuse("a class without end");
      if (peek() == '[') refuse("a class within a class");
      if (peek() == '&' && peek(1) == '&') refuse("&&");
      if (peek() == '\\') {
        escape(true);
      } else {
        out_ += pattern_[at_++];
      }
    }
    out_ += ']';
    ++at_;
  }

  void group() {
    constexpr std::array<std::string_view, 6> kPlain = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"};
    const std::string_view rest = pattern_.substr(at_);
    for (const std::string_view known : kPlain) {
      if (!rest.starts_with(known)) continue;
      out_ += known;
      at_ += known.size();
      return;
    }
    if (rest.starts_with("(?i:") || (at_ == 0 && rest.starts_with("(?i)"))) {
      require_plain_cases();
      out_ += rest.substr(0, 4);
      at_ += 4;
      return;
    }
    if (rest.starts_with("(?") || rest.starts_with("(*")) refuse(rest.substr(0, 4));
    out_ += "(?:";  // nothing asks for what a group has found
    ++at_;
  }

  // Oniguruma also takes ß for ss and the like, which PCRE2 does not.
  void require_plain_cases() const {
    std::string lower(pattern_);
    for (char& c : lower) {
      if (static_cast<unsigned char>(c) >= 0x80) refuse("(?i) beside letters beyond ASCII");
      if (is_letter(c)) c = static_cast<char>(c | 0x20);
    }
    for (const std::string_view pair : {"ss", "ff", "fi", "fl", "st"}) {
      if (lower.find(pair) != lower.npos) refuse(fmt::format("(?i) beside {}", pair));
    }
  }

  void quantifier() {
    const char c = pattern_[at_];
    bool counted = false;
    if (c == '{') {
      std::size_t end = at_ + 1;
      std::size_t commas = 0, digits = 0;
      for (; end < pattern_.size() && (is_digit(pattern_[end]) || pattern_[end] == ','); ++end) {
        ++(pattern_[end] == ',' ? commas : digits);
      }
      if (end >= pattern_.size() || pattern_[end] != '}' || commas > 1 || digits == 0 || digits > 8) refuse("{");
      const std::string_view inner = pattern_.substr(at_ + 1, end - at_ - 1);
      out_ += fmt::format("{{{}{}}}", inner.starts_with(',') ? "0" : "", inner);
      at_ = end + 1;
      counted = true;
    } else {
      out_ += c;
      ++at_;
    }
    if (peek() == '+' && counted) refuse("}+");
    if (peek() == '?' || (peek() == '+' && !counted)) out_ += pattern_[at_++];
    const char next = peek();
    if (next == '*' || next == '+' || next == '?' || next == '{') refuse("a repetition of a repetition");
  }

  std::string_view pattern_;
  bool newer_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string pcre_pattern(std::string_view pattern, bool newer) {
  constexpr std::size_t kLongest = 10000;
  if (pattern.size() > kLongest)
    throw ArgumentError(fmt::format("is a regular expression of more than {} bytes", kLongest));
  return Translator(pattern, newer).run();
}

bool has_newer_characters(std::string_view text) {
  static const std::vector<NewerCharacters>& all = newer_ranges();
  unsigned char most = 0;  // of the bytes that begin a code point, so to say: what goes on in it is smaller
  for (const char byte : text) most = std::max(most, static_cast<unsigned char>(byte));
  if (most < kFirstNewerByte) return false;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    if (static_cast<unsigned char>(*at) < kFirstNewerByte) {
      ++at;
      continue;
    }
    const char32_t c = decode(at);
    const auto behind = std::ranges::upper_bound(all, c, {}, &NewerCharacters::first);
    if (behind != all.begin() && c <= std::prev(behind)->last) return true;
  }
  return false;
}

}  // namespace mana::text
