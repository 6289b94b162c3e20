#include "mana/text/pre_tokenizer.h"

#include <array>

#include "mana/text/unicode.h"

namespace mana::text {
namespace {

void add(Words& words, std::size_t begin, std::size_t end) {
  if (begin < end) words.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

// The code point at `at`, which is moved past it.
char32_t next(std::string_view text, std::size_t& at) {
  const char* from = text.data() + at;
  const char32_t c = decode(from);
  at = static_cast<std::size_t>(from - text.data());
  return c;
}

enum class Kind : std::uint8_t { letter, space, punctuation };

constexpr std::array<Kind, 128> kAsciiKinds = [] {
  std::array<Kind, 128> kinds{};
  for (int c = 0; c < 128; ++c) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (c == ' ' || (c >= '\t' && c <= '\r')) kinds[c] = Kind::space;
    if (c > ' ' && c < 0x7F && !letter) kinds[c] = Kind::punctuation;
  }
  return kinds;
}();

// Splits where `splits` is true of a code point.
template <class Splits>
void split(std::string_view text, Range part, Delimiter delimiter, Words& words, Splits&& splits) {
  std::size_t begin = part.begin;  // of what is not yet in a word
  bool previous = false;           // whether the code point before was a delimiter
  for (std::size_t at = part.begin; at < part.end;) {
    const std::size_t first = at;
    const bool is_delimiter = splits(next(text, at));
    switch (delimiter) {
      case Delimiter::removed:
        if (is_delimiter) add(words, begin, first), begin = at;
        break;
      case Delimiter::isolated:
        if (is_delimiter) add(words, begin, first), add(words, first, at), begin = at;
        break;
      case Delimiter::merged_with_previous:
        if (is_delimiter) add(words, begin, at), begin = at;
        break;
      case Delimiter::merged_with_next:
        if (is_delimiter) add(words, begin, first), begin = first;
        break;
      case Delimiter::contiguous:
        if (is_delimiter != previous) add(words, begin, first), begin = first;
        break;
    }
    previous = is_delimiter;
  }
  add(words, begin, part.end);
}

}  // namespace

void BertPreTokenizer::operator()(std::string_view text, Range part, Words& words) const {
  Range* const room = words.room(part.size() + 1);  // a word has a byte or more; put() may write one that is not kept
  Range* out = room;
  const auto put = [&](std::uint32_t begin, std::uint32_t end) {
    *out = {begin, end};
    out += begin < end;
  };
  std::uint32_t begin = part.begin;
  for (std::uint32_t at = part.begin; at < part.end;) {
    const std::uint32_t first = at;
    const auto byte = static_cast<unsigned char>(text[at]);
    Kind kind = Kind::letter;
    if (byte < 0x80) {
      kind = kAsciiKinds[byte];
      ++at;
    } else {
      std::size_t after = at;
      const unsigned flags = flags_of(next(text, after));
      at = static_cast<std::uint32_t>(after);
      if (flags & kWhitespace) kind = Kind::space;
      if (flags & kPunctuation) kind = Kind::punctuation;
    }
    if (kind == Kind::letter) continue;
    put(begin, first);
    if (kind == Kind::punctuation) put(first, at);
    begin = at;
  }
  put(begin, part.end);
  words.added(static_cast<std::size_t>(out - room));
}

void Whitespace::operator()(std::string_view text, Range part, Words& words) const {
  std::size_t begin = part.begin;
  unsigned previous = 0;
  for (std::size_t at = part.begin; at < part.end;) {
    const std::size_t first = at;
    const unsigned flags = properties(next(text, at)).flags & (kWord | kWhitespace);
    if (flags != previous) {
      if (!(previous & kWhitespace)) add(words, begin, first);
      begin = first;
    }
    previous = flags;
  }
  if (!(previous & kWhitespace)) add(words, begin, part.end);
}

void WhitespaceSplit::operator()(std::string_view text, Range part, Words& words) const {
  split(text, part, Delimiter::removed, words, [](char32_t c) { return has(c, kWhitespace); });
}

void Punctuation::operator()(std::string_view text, Range part, Words& words) const {
  split(text, part, delimiter, words, [](char32_t c) { return has(c, kPunctuation); });
}

void Digits::operator()(std::string_view text, Range part, Words& words) const {
  const Delimiter delimiter = individual ? Delimiter::isolated : Delimiter::contiguous;
  split(text, part, delimiter, words, [](char32_t c) { return has(c, kNumeric); });
}

void UnicodeWords::operator()(std::string_view text, Range part, Words& words) const {
  std::size_t begin = part.begin;
  std::size_t end = part.begin;  // of the word that began at `begin`; not behind it: there is none
  bool joiner = false;           // one follows the word
  for (std::size_t at = part.begin; at < part.end;) {
    const std::size_t first = at;
    const char32_t c = next(text, at);
    if (flags_of(c) & kInWord) {
      if (end <= begin) begin = first;
      end = at;
      joiner = false;
    } else if (c == kZeroWidthNonJoiner && end > begin && !joiner) {
      joiner = true;
    } else {
      add(words, begin, end);
      begin = end = at;
      joiner = false;
    }
  }
  add(words, begin, end);
}

void PreTokenizers::operator()(std::string_view text, Range part, Words& words) const {
  words.clear();
  if (stages.empty()) return add(words, part.begin, part.end);
  std::visit([&](const auto& first) { first(text, part, words); }, stages.front());
  for (std::size_t i = 1; i < stages.size(); ++i) {
    Words finer;
    std::visit(
        [&](const auto& stage) {
          for (Range word : words) stage(text, word, finer);
        },
        stages[i]);
    words = std::move(finer);
  }
}

bool PreTokenizers::parts_at_whitespace() const {
  if (stages.empty()) return false;
  return std::visit([](const auto& first) { return first.parts_at_whitespace(); }, stages.front());
}

}  // namespace mana::text
