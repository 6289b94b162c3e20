#include <algorithm>
#include <array>
#include <iterator>

#include "mana/text/pre_tokenizer.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

enum Class : std::uint8_t { kMark, kLetter, kDigit, kSpace };

// Marks and letters that are newer than the properties.
struct Exception {
  char32_t first, last;
  Class kind;
};
constexpr auto kExceptions = std::to_array<Exception>({
#include "mana/text/gpt2_exceptions.inc"
});

Class class_of(char32_t c) {
  if (c >= kExceptions.front().first) {
    const auto* const behind = std::ranges::upper_bound(kExceptions, c, {}, &Exception::first);
    if (behind != kExceptions.begin() && c <= std::prev(behind)->last) return std::prev(behind)->kind;
  }
  const unsigned flags = properties(c).flags;
  if (flags & kWhitespace) return kSpace;
  if (flags & kNumeric) return kDigit;
  return (flags & kInWord) && !(flags & kCombining) ? kLetter : kMark;
}

constexpr std::array<Class, 128> kAscii = [] {
  std::array<Class, 128> classes{};
  for (std::size_t c = 0; c < 128; ++c) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    classes[c] = letter ? kLetter : c >= '0' && c <= '9' ? kDigit : space ? kSpace : kMark;
  }
  return classes;
}();

// The class of the code point at `at`, which is moved past it.
Class next_class(const char*& at) {
  const auto byte = static_cast<unsigned char>(*at);
  if (byte < 0x80) return ++at, kAscii[byte];
  return class_of(decode(at));
}

// The end of a run of one class.
const char* run_end(const char* at, const char* end, Class of) {
  while (at < end) {
    const char* const first = at;
    if (next_class(at) != of) return first;
  }
  return at;
}

// The size of 's, 't, 'm, 'd, 're, 've or 'll; 0 where none stands.
std::size_t contraction(const char* at, const char* end) {
  if (*at != '\'' || end - at < 2) return 0;
  const char second = at[1];
  if (second == 's' || second == 't' || second == 'm' || second == 'd') return 2;
  if (end - at < 3) return 0;
  const char third = at[2];
  return ((second == 'r' || second == 'v') && third == 'e') || (second == 'l' && third == 'l') ? 3 : 0;
}

const char* word_end(const char* at, const char* end) {
  if (const std::size_t size = contraction(at, end)) return at + size;
  const char* second = at;
  Class first = next_class(second);
  if (first != kSpace) return run_end(second, end, first);
  if (second == end) return end;
  const char* third = second;
  if (const Class next = next_class(third); next != kSpace) {
    return *at == ' ' ? run_end(third, end, next) : second;
  }
  const char* const behind = run_end(third, end, kSpace);
  if (behind == end) return end;
  const char* last = behind;
  decode_before(last);
  return last;
}

// The size of a special token of CLIP; 0 where none stands.
std::size_t special_token(std::string_view rest) {
  if (rest.front() != '<') return 0;
  for (const std::string_view token : {"<|startoftext|>", "<|endoftext|>"}) {
    if (rest.starts_with(token)) return token.size();
  }
  return 0;
}

}  // namespace

void Gpt2Words::operator()(std::string_view text, Range part, Words& words) const {
  const char* const begin = text.data();
  const char* const end = begin + part.end;
  for (const char* at = begin + part.begin; at < end;) {
    const char* const behind = word_end(at, end);
    words.push_back({static_cast<std::uint32_t>(at - begin), static_cast<std::uint32_t>(behind - begin)});
    at = behind;
  }
}

void ClipWords::operator()(std::string_view text, Range part, Words& words) const {
  const char* const begin = text.data();
  const char* const end = begin + part.end;
  const auto add = [&](const char* from, const char* to) {
    words.push_back({static_cast<std::uint32_t>(from - begin), static_cast<std::uint32_t>(to - begin)});
    return to;
  };
  for (const char* at = begin + part.begin; at < end;) {
    std::size_t size = special_token({at, static_cast<std::size_t>(end - at)});
    if (size == 0) size = contraction(at, end);
    if (size != 0) {
      at = add(at, at + size);
      continue;
    }
    const char* const first = at;
    const Class kind = next_class(at);
    if (kind == kLetter || kind == kMark) at = run_end(at, end, kind);
    if (kind != kSpace) add(first, at);
  }
}

}  // namespace mana::text
