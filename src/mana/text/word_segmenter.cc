#include "mana/text/word_segmenter.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "mana/text/persian_folding.h"
#include "mana/text/repaired_text.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

constexpr char32_t kSeparator = ' ';

// The code point at `at`, which is moved past it; `broken` for each byte that is not UTF-8.
char32_t decode_checked(const char*& at, const char* end, char32_t broken = kSeparator) {
  const auto byte = [&](int i) { return static_cast<unsigned char>(at[i]); };
  const unsigned lead = byte(0);
  const int size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  bool valid = size != 0 && end - at >= size;
  for (int i = 1; valid && i < size; ++i) valid = is_continuation(at[i]);
  if (valid && size > 2) {  // no longer form than needed, no surrogates, nothing above U+10FFFF
    const unsigned second = byte(1);
    valid = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F) && !(lead == 0xF0 && second < 0x90) &&
            !(lead == 0xF4 && second > 0x8F);
  }
  if (valid) return decode(at);
  ++at;
  return broken;
}

bool is_ascii_word(unsigned char c) {
  return static_cast<unsigned>(c - '0') < 10 || static_cast<unsigned>((c | 0x20) - 'a') < 26;
}

}  // namespace

Normalizers WordSegmentation::normalizers() const {
  Normalizers all;
  if (split == Split::spaces) return all;
  if (lowercase) all.stages.emplace_back(CaseFolding{});
  if (persian) std::ranges::move(persian_folding(), std::back_inserter(all.stages));
  if (lowercase) all.stages.emplace_back(LastSigma{});
  return all;
}

bool WordSegmenter::next(const char*& at, const char* end) {
  word_.clear();
  if (segmentation_.split == WordSegmentation::Split::spaces) return next_token(at, end);
  if (!next_run(at, end)) return false;
  if (segmentation_.lowercase) write_last_sigma(word_);
  return true;
}

bool WordSegmenter::next_run(const char*& at, const char* end) {
  char32_t joiner = 0;  // the one that stands behind word_
  // False at the end of a word.
  const auto add = [&](char32_t c) {
    if (is_joiner(c) && !word_.empty() && joiner == 0) return (joiner = c) != 0;
    if ((properties(c).flags & kInWord) == 0) return word_.empty();
    char bytes[4];
    if (joiner != 0) word_.append(bytes, encode(joiner, bytes));
    joiner = 0;
    word_.append(bytes, encode(c, bytes));
    return true;
  };
  while (at < end) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x80 && joiner == 0) {
      ++at;
      if (is_ascii_word(byte)) {
        const bool capital = segmentation_.lowercase && static_cast<unsigned>(byte - 'A') < 26;
        word_.push_back(static_cast<char>(capital ? byte | 0x20 : byte));
      } else if (!word_.empty()) {
        return true;
      }
      continue;
    }
    char32_t c = decode_checked(at, end);
    const bool dotted = segmentation_.lowercase && c == kDottedI;
    if (segmentation_.lowercase) {
      c = lower(c, properties(c));
      if (const std::string_view other = folded(c); !other.empty()) {  // none of them is changed below
        for_each_code_point(other, [&](char32_t each, std::size_t, std::size_t) { add(each); });
        continue;
      }
    }
    if (segmentation_.persian) c = fold_persian(c);
    if (c == kLeftOut) continue;
    if (!add(c)) return true;
    if (dotted) add(kDotAbove);
  }
  return !word_.empty();
}

bool WordSegmenter::next_token(const char*& at, const char* end) {
  constexpr char32_t kBroken = 0xFFFFFFFF;
  const char* begin = at;
  bool whole = true;
  while (at < end) {
    const char* const here = at;
    const char32_t c = decode_checked(at, end, kBroken);
    if (c == kBroken) {
      whole = false;
    } else if (c == 0 || has(c, kWhitespace)) {  // no file of words can hold a NUL
      if (here > begin) {
        word_.assign(begin, here);
        break;
      }
      begin = at;
    }
  }
  if (word_.empty()) word_.assign(begin, at);
  if (!whole) word_ = std::string(RepairedText(word_).text());
  return !word_.empty();
}

}  // namespace mana::text
