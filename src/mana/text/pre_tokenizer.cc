#include "mana/text/pre_tokenizer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "mana/text/case_folding.h"
#include "mana/text/padded_word.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

void add(Words& words, std::size_t begin, std::size_t end) {
  if (begin < end) words.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

// A range by its distance from a place before it.
Range from(Range range, std::uint32_t place) { return {range.begin - place, range.end - place}; }

// The code point at `at`, which is moved past it.
char32_t next(std::string_view text, std::size_t& at) {
  const char* from = text.data() + at;
  const char32_t c = decode(from);
  at = static_cast<std::size_t>(from - text.data());
  return c;
}

// What is in a block of up to 64 bytes, a bit for each byte.
struct Block {
  std::uint64_t words = 0;  ///< no whitespace
  std::uint64_t marks = 0;  ///< of punctuation marks, each of which is a word
  std::uint64_t later = 0;  ///< of a punctuation mark, and not its first byte
};

// A bit for each of 64 bytes of 0 or 1.
std::uint64_t bits(const std::array<std::uint8_t, 64>& bytes) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes.data() + i, sizeof eight);
    all |= (eight * 0x0102040810204080 >> 56) << i;
  }
  return all;
}

// Of whole code points. Without && and ||, so that the loop has no branches and is compiled to vector instructions.
Block classify(std::string_view text) {
  std::array<char, 64 + kWordPadding> padded{};
  std::memcpy(padded.data(), text.data(), text.size());
  std::array<std::uint8_t, 64> spaces, marks;
  for (std::size_t i = 0; i < 64; ++i) {
    const auto c = static_cast<unsigned char>(padded[i]);
    const auto letter = static_cast<unsigned char>((c | 0x20) - 'a') < 26;
    const auto digit = static_cast<unsigned char>(c - '0') < 10;
    spaces[i] = (c == ' ') | (static_cast<unsigned char>(c - '\t') < 5);
    marks[i] = (static_cast<unsigned char>(c - '!') < 0x7F - '!') & !letter & !digit;
  }
  std::uint64_t later = 0;
  const std::string_view all(padded.data(), text.size());
  if (flags_beyond_ascii(all) & (kWhitespace | kPunctuation)) {
    for_each_code_point(all, [&](char32_t c, std::size_t begin, std::size_t size) {
      if (c < 0x80) return;
      const unsigned flags = properties(c).flags;
      std::fill_n(spaces.data() + begin, size, (flags & kWhitespace) != 0);
      std::fill_n(marks.data() + begin, size, (flags & kPunctuation) != 0);
      for (std::size_t i = 1; i < size && (flags & kPunctuation); ++i) later |= std::uint64_t{1} << (begin + i);
    });
  }
  const std::uint64_t there = ~std::uint64_t{0} >> (64 - text.size());
  return {~bits(spaces) & there, bits(marks) & there, later};
}

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

// Runs of what is in words; one code point that `joins` between two of them is a part of the word.
template <class Joins>
void split_words(std::string_view text, Range part, Words& words, Joins&& joins) {
  std::size_t begin = part.begin;
  std::size_t end = part.begin;  // of the word that began at `begin`; not behind it: there is none
  bool joiner = false;           // one follows the word
  for (std::size_t at = part.begin; at < part.end;) {
    const std::size_t first = at;
    const char32_t c = next(text, at);
    if (properties(c).flags & kInWord) {
      if (end <= begin) begin = first;
      end = at;
      joiner = false;
    } else if (joins(c) && end > begin && !joiner) {
      joiner = true;
    } else {
      add(words, begin, end);
      begin = end = at;
      joiner = false;
    }
  }
  add(words, begin, end);
}

}  // namespace

void BertPreTokenizer::operator()(std::string_view text, Range part, Words& words) const {
  Range* const room = words.room(part.size());  // a word has a byte or more
  Range* begins = room;                         // of the next word that begins
  Range* ends = room;                           // and that ends
  std::uint64_t in_word = 0, in_mark = 0;       // 1 when the byte before the block is
  for (std::uint32_t at = part.begin; at < part.end;) {
    std::uint32_t end = std::min(at + 64, part.end);
    while (end < part.end && is_continuation(text[end])) --end;
    const Block block = classify(text.substr(at, end - at));
    const std::uint64_t word_before = block.words << 1 | in_word;
    const std::uint64_t mark_before = block.marks << 1 | in_mark;
    const std::uint64_t apart = (block.marks | mark_before) & ~block.later;  // from the byte before
    std::uint64_t first = block.words & (~word_before | apart);
    std::uint64_t behind = word_before & (~block.words | apart);
    const std::uint32_t last = end - at - 1;
    behind &= ~std::uint64_t{0} >> (63 - last);
    for (; first != 0; first &= first - 1) {
      (begins++)->begin = at + static_cast<std::uint32_t>(std::countr_zero(first));
    }
    for (; behind != 0; behind &= behind - 1) {
      (ends++)->end = at + static_cast<std::uint32_t>(std::countr_zero(behind));
    }
    in_word = block.words >> last & 1;
    in_mark = block.marks >> last & 1;
    at = end;
  }
  if (in_word) (ends++)->end = part.end;
  words.added(static_cast<std::size_t>(begins - room));
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

void PythonWhitespaceSplit::operator()(std::string_view text, Range part, Words& words) const {
  split(text, part, Delimiter::removed, words,
        [](char32_t c) { return has(c, kWhitespace) || (c >= 0x1C && c <= 0x1F); });
}

void CodePoints::operator()(std::string_view text, Range part, Words& words) const {
  for (std::size_t at = part.begin; at < part.end;) {
    const std::size_t first = at;
    next(text, at);
    add(words, first, at);
  }
}

void Punctuation::operator()(std::string_view text, Range part, Words& words) const {
  split(text, part, delimiter, words, [](char32_t c) { return has(c, kPunctuation); });
}

void Digits::operator()(std::string_view text, Range part, Words& words) const {
  const Delimiter delimiter = individual ? Delimiter::isolated : Delimiter::contiguous;
  split(text, part, delimiter, words, [](char32_t c) { return has(c, kNumeric); });
}

void UnicodeWords::operator()(std::string_view text, Range part, Words& words) const {
  split_words(text, part, words, [](char32_t c) { return c == kZeroWidthNonJoiner; });
}

void JoinedWords::operator()(std::string_view text, Range part, Words& words) const {
  split_words(text, part, words, is_joiner);
}

const NormalizedText& PreTokenizers::operator()(const NormalizedText& text, Range part, NormalizedText& rewritten,
                                                Words& words) const {
  words.clear();
  const NormalizedText* now = &text;
  if (stages.empty()) add(words, part.begin, part.end);
  bool first = true;
  for (const PreTokenizer& each : stages) {
    std::visit(
        [&](const auto& stage) {
          if constexpr (kRewrites<std::decay_t<decltype(stage)>>) {
            if (first) add(words, part.begin, part.end);
            if (now != &rewritten) {
              rewritten.assign(text, part);
              for (std::size_t i = 0; i < words.size(); ++i) words.data()[i] = from(words[i], part.begin);
              now = &rewritten;
            }
            stage(rewritten, words);
          } else if (first) {
            stage(now->text(), part, words);
          } else {
            Words finer;
            for (const Range word : words) stage(now->text(), word, finer);
            words = std::move(finer);
          }
        },
        each);
    first = false;
  }
  return *now;
}

bool PreTokenizers::needs_sources() const {
  return std::ranges::any_of(stages, [](const PreTokenizer& stage) {
    const auto* const metaspace = std::get_if<Metaspace>(&stage);
    return metaspace != nullptr && metaspace->prepend == Metaspace::Prepend::first;
  });
}

PartEnds PreTokenizers::part_ends() const {
  if (stages.empty()) return PartEnds::none;
  return std::visit([](const auto& first) { return first.part_ends(); }, stages.front());
}

}  // namespace mana::text
