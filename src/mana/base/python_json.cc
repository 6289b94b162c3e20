#include "mana/base/python_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>

namespace mana::json {
namespace {

constexpr std::size_t kEscape = 6;  // \uXXXX

/// The number of a \uXXXX that stands at the beginning.
std::optional<std::uint32_t> code_unit(std::string_view text) {
  if (text.size() < kEscape || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kEscape, unit, 16);
  if (error != std::errc() || end != text.data() + kEscape) return std::nullopt;
  return unit;
}

bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Rewriter {
 public:
  Rewriter(std::string_view text, NotFinite not_finite) : text_(text), not_finite_(not_finite) {}

  StrictJson run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
      } else if (c == '-' || is_digit(c)) {
        number();
      } else if (is_letter(c)) {
        word(at_);
      } else {
        copy(1);
      }
    }
    return std::move(result_);
  }

 private:
  void copy(std::size_t count) {
    result_.text += text_.substr(at_, count);
    at_ += count;
  }

  void string() {
    copy(1);
    while (at_ < text_.size() && text_[at_] != '"') {
      const std::string_view rest = text_.substr(at_);
      const std::optional<std::uint32_t> unit = code_unit(rest);
      if (unit && is_high(*unit) && is_low(code_unit(rest.substr(kEscape)).value_or(0))) {
        copy(2 * kEscape);
      } else if (unit && (is_high(*unit) || is_low(*unit))) {
        result_.text += "\\ufffd";
        ++result_.half_characters;
        at_ += kEscape;
      } else {
        copy(rest.front() == '\\' ? 2 : 1);
      }
    }
    if (at_ < text_.size()) copy(1);
  }

  void number() {
    constexpr std::size_t kDigits = 19;  // that any 64-bit integer has room for
    std::size_t end = at_ + 1;
    if (text_[at_] == '-' && end < text_.size() && is_letter(text_[end])) return word(end);
    while (end < text_.size() && (is_digit(text_[end]) || std::string_view("+-.eE").find(text_[end]) != text_.npos)) {
      ++end;
    }
    const std::string token(text_.substr(at_, end - at_));
    const std::size_t digits = token.size() - (token.front() == '-' ? 1 : 0);
    if (std::isinf(std::strtod(token.c_str(), nullptr))) return put_not_finite(end);
    copy(token.size());
    if (digits > kDigits && token.find_first_of(".eE") == token.npos) result_.text += "e0";
  }

  /// A word that begins at `begin`, with its sign, where it has one, before that.
  void word(std::size_t begin) {
    std::size_t end = begin;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const std::string_view name = text_.substr(begin, end - begin);
    const std::size_t next = text_.find_first_not_of(" \t\r\n", end);
    const bool key = next != text_.npos && text_[next] == ':';
    if (!key && (name == "Infinity" || (name == "NaN" && begin == at_))) return put_not_finite(end);
    copy(end - at_);
  }

  void put_not_finite(std::size_t end) {
    constexpr std::size_t kShown = 32;
    if (not_finite_ == NotFinite::null) {
      result_.text += "null";
    } else {
      result_.text += "\"\\u0000\\u0001not finite: ";
      result_.text += text_.substr(at_, std::min(end - at_, kShown));
      result_.text += '"';
    }
    at_ = end;
  }

  std::string_view text_;
  NotFinite not_finite_;
  std::size_t at_ = 0;
  StrictJson result_;
};

}  // namespace

StrictJson strict_json(std::string_view text, NotFinite not_finite) { return Rewriter(text, not_finite).run(); }

}  // namespace mana::json
