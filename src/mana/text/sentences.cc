#include "mana/text/sentences.h"

#include "mana/text/abbreviations.h"
#include "mana/text/sentence_breaks.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

using Break = SentenceBreak;

constexpr char32_t kSemicolon = 0x61B;  // of Persian and Arabic

class SentenceScan {
 public:
  SentenceScan(std::string_view text, SentenceRules rules) : text_(text), rules_(rules) {}

  std::size_t end_of(std::size_t begin) const {
    Break before = Break::other;
    for (std::size_t at = begin; at < text_.size();) {
      at = past_plain(at, before);
      if (at == text_.size()) break;
      const std::size_t here = at;
      const Break kind = take(at);
      if (kind == Break::paragraph) return behind_paragraph(here);  // SB3, SB4
      if (kind == Break::full_stop || kind == Break::end) {
        at = past_ignored(at);
        if (const std::size_t end = end_behind(kind, here, at, before)) return end;
      }
      if (kind != Break::ignored) before = kind;  // SB5
    }
    return text_.size();
  }

 private:
  Break kind_at(std::size_t at, std::size_t& next) const {
    const char* byte = text_.data() + at;
    const char32_t c = decode(byte);
    next = static_cast<std::size_t>(byte - text_.data());
    if (rules_ == SentenceRules::tailored && c == kSemicolon) return Break::end;
    return sentence_break(c);
  }
  /// Of the code point at `at`, which is moved past it.
  Break take(std::size_t& at) const { return kind_at(at, at); }
  /// Of the code point there; Break::other at the end of the text.
  Break look(std::size_t at) const {
    std::size_t next = 0;
    return at < text_.size() ? kind_at(at, next) : Break::other;
  }

  /// Behind the letters, digits, spaces and commas of ASCII, among which nothing ends; `before` is told of the last.
  std::size_t past_plain(std::size_t at, Break& before) const {
    const std::size_t first = at;
    const auto plain = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte >= 0x20 && byte < 0x7F && c != '.' && c != '!' && c != '?';
    };
    while (at < text_.size() && plain(text_[at])) ++at;
    if (at > first) before = look(at - 1);
    return at;
  }
  /// SB5
  std::size_t past_ignored(std::size_t at) const {
    for (std::size_t next = at; next < text_.size() && take(next) == Break::ignored;) at = next;
    return at;
  }
  /// Behind all code points of a kind, and what belongs to them.
  std::size_t past(Break kind, std::size_t at) const {
    for (std::size_t next = at; next < text_.size() && take(next) == kind;) at = next = past_ignored(next);
    return at;
  }
  std::size_t behind_paragraph(std::size_t at) const {
    return text_.substr(at).starts_with("\r\n") ? at + 2 : (take(at), at);
  }

  /// SB8: whether a letter in lower case comes before any other, before a paragraph ends and before another mark.
  bool goes_on_in_lower_case(std::size_t at) const {
    while (at < text_.size()) {
      switch (take(at)) {
        case Break::lower: return true;
        case Break::letter:
        case Break::upper:
        case Break::paragraph:
        case Break::full_stop:
        case Break::end: return false;
        default: break;
      }
    }
    return false;
  }

  /// The end of the sentence whose mark lies at `mark`, with what follows it from `at`; 0 where none ends. `at` is
  /// moved to where the text goes on.
  std::size_t end_behind(Break mark_kind, std::size_t mark, std::size_t& at, Break before) const {
    if (mark_kind == Break::full_stop) {
      const Break after = look(at);
      if (after == Break::numeric) return 0;                                                      // SB6
      if (after == Break::upper && (before == Break::upper || before == Break::lower)) return 0;  // SB7
    }
    const std::size_t closed = past(Break::close, at);
    const std::size_t end = past(Break::space, closed);  // SB9, SB10
    at = end;
    if (end == text_.size()) return end;
    const Break after = look(end);
    if (after == Break::comma || after == Break::full_stop || after == Break::end) return 0;  // SB8a
    if (after == Break::paragraph) return behind_paragraph(end);                              // SB9, SB10, SB4
    if (mark_kind == Break::full_stop) {
      if (goes_on_in_lower_case(end)) return 0;  // SB8
      const bool only_space = closed == mark + 1 && end > closed;
      if (only_space && rules_ == SentenceRules::tailored && is_abbreviated(text_.substr(0, mark), text_.substr(end))) {
        return 0;
      }
    }
    return end;  // SB11
  }

  std::string_view text_;
  SentenceRules rules_;
};

}  // namespace

std::size_t sentence_end(std::string_view text, std::size_t begin, SentenceRules rules) {
  return SentenceScan(text, rules).end_of(begin);
}

}  // namespace mana::text
