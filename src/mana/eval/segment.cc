#include "mana/eval/segment.h"

#include <algorithm>
#include <cstddef>

#include "mana/base/valid_utf8.h"
#include "mana/text/general_category.h"
#include "mana/text/lower_case.h"
#include "mana/text/repaired_text.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::eval {
namespace {

using text::GeneralCategory;

/// str.isspace() of Python: White_Space and the four separators of ASCII.
bool is_space(char32_t c) { return text::has(c, text::kWhitespace) || (c >= 0x1C && c <= 0x1F); }

// Three substitutions of regular expressions, each from left to right without overlap.

/// (is) → " \1 "
template <class Is>
std::u32string apart(std::u32string_view from, Is is) {
  std::u32string to;
  to.reserve(2 * from.size());
  for (const char32_t c : from) {
    if (is(c)) {
      to.append({U' ', c, U' '});
    } else {
      to += c;
    }
  }
  return to;
}

/// (first)(second) → "\1 \2 "
template <class First, class Second>
std::u32string second_apart(std::u32string_view from, First first, Second second) {
  std::u32string to;
  to.reserve(2 * from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    to += from[i];
    if (i + 1 == from.size() || !first(from[i]) || !second(from[i + 1])) continue;
    to.append({U' ', from[++i], U' '});
  }
  return to;
}

/// (first)(second) → " \1 \2"
template <class First, class Second>
std::u32string first_apart(std::u32string_view from, First first, Second second) {
  std::u32string to;
  to.reserve(2 * from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (i + 1 < from.size() && first(from[i]) && second(from[i + 1])) {
      to.append({U' ', from[i], U' ', from[i + 1]});
      ++i;
    } else {
      to += from[i];
    }
  }
  return to;
}

std::u32string replaced(std::u32string_view from, std::u32string_view what, std::u32string_view by) {
  std::u32string to;
  to.reserve(from.size());
  for (std::size_t at = from.find(what); at != from.npos; at = from.find(what)) {
    to.append(from.substr(0, at)).append(by);
    from.remove_prefix(at + what.size());
  }
  return to.append(from);
}

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_no_digit(char32_t c) { return !is_digit(c); }
bool is_point(char32_t c) { return c == U'.' || c == U','; }
bool is_dash(char32_t c) { return c == U'-'; }
/// All signs of ASCII but ' , - .
bool is_sign(char32_t c) {
  return c >= U' ' && c <= U'~' && std::u32string_view(U"',-.").find(c) == std::u32string_view::npos && !is_digit(c) &&
         !(c >= U'A' && c <= U'Z') && !(c >= U'a' && c <= U'z');
}

std::u32string mteval13a(std::u32string_view segment) {
  std::u32string line = replaced(segment, U"<skipped>", U"");
  line = replaced(line, U"-\n", U"");
  line = replaced(line, U"\n", U" ");
  line = replaced(line, U"&quot;", U"\"");
  line = replaced(line, U"&amp;", U"&");
  line = replaced(line, U"&lt;", U"<");
  line = replaced(line, U"&gt;", U">");
  line = apart(U' ' + line + U' ', is_sign);
  line = second_apart(line, is_no_digit, is_point);
  line = first_apart(line, is_point, is_no_digit);
  return second_apart(line, is_digit, is_dash);
}

std::u32string international(std::u32string_view segment) {
  const auto is_punctuation = [](char32_t c) { return text::general_category(c) == GeneralCategory::punctuation; };
  const auto is_no_number = [](char32_t c) { return text::general_category(c) != GeneralCategory::number; };
  const auto is_symbol = [](char32_t c) { return text::general_category(c) == GeneralCategory::symbol; };
  std::u32string line = second_apart(segment, is_no_number, is_punctuation);
  line = first_apart(line, is_punctuation, is_no_number);
  return apart(line, is_symbol);
}

std::u32string_view without_spaces_behind(std::u32string_view segment) {
  while (!segment.empty() && is_space(segment.back())) segment.remove_suffix(1);
  return segment;
}

std::u32string decoded(std::string_view valid) {
  std::u32string characters;
  characters.reserve(valid.size());
  for (const char* at = valid.data(); at != valid.data() + valid.size();) characters += text::decode(at);
  return characters;
}

}  // namespace

std::string_view name_of(SegmentTokenizer tokenizer) {
  switch (tokenizer) {
    case SegmentTokenizer::mteval13a: return "13a";
    case SegmentTokenizer::international: return "intl";
    case SegmentTokenizer::none: return "none";
  }
  return "";
}

std::u32string characters_of(std::string_view segment, bool lowercase) {
  if (lowercase) return decoded(text::lower_case(segment));
  return is_utf8(segment) ? decoded(segment) : decoded(text::RepairedText(segment).text());
}

std::u32string tokenized(std::u32string_view segment, SegmentTokenizer tokenizer) {
  const std::u32string_view line = without_spaces_behind(segment);
  switch (tokenizer) {
    case SegmentTokenizer::mteval13a: return mteval13a(line);
    case SegmentTokenizer::international: return international(line);
    case SegmentTokenizer::none: break;
  }
  return std::u32string(line);
}

std::vector<std::u32string_view> words_of(std::u32string_view segment) {
  std::vector<std::u32string_view> words;
  for (auto at = segment.begin(); at != segment.end();) {
    const auto begin = std::find_if_not(at, segment.end(), is_space);
    at = std::find_if(begin, segment.end(), is_space);
    if (begin != at) words.emplace_back(begin, at);
  }
  return words;
}

}  // namespace mana::eval
