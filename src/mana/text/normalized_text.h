#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "mana/text/growing_array.h"
#include "mana/text/tokenizer.h"
#include "mana/text/utf8.h"

namespace mana::text {

/// A half-open range of bytes of a normalised text.
struct Range {
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t size() const { return end - begin; }
  std::string_view of(std::string_view text) const { return text.substr(begin, size()); }
};

/// A part of a text after normalisation, as valid UTF-8, and for each of its bytes the range of the original that it
/// came from. As long as bytes stand for themselves no ranges are stored. Keeps its memory from part to part.
class NormalizedText {
 public:
  /// Spaces behind text(), so that it can be read and changed in blocks of as many bytes.
  static constexpr std::size_t kPadding = 16;
  /// Bytes that normalisers may make of a text: beyond that the tokenizer is damaged, or made to do harm.
  static constexpr std::size_t most_bytes(std::size_t original) {
    return std::min((std::size_t{16} << 20) + 16 * original, (std::size_t{1} << 32) - 4 * kPadding);
  }

  /// Starts anew with `part` of the original, which begins at byte `begin` there. Offsets are only known if `tracked`.
  void assign(std::string_view part, std::uint32_t begin, bool tracked);
  /// Becomes a part of another, whole code points of it.
  void assign(const NormalizedText& other, Range part);

  std::string_view text() const { return {bytes_.data(), bytes_.size()}; }
  /// Bytes to be changed one for one.
  char* bytes() { return bytes_.data(); }

  /// Where byte `i` came from.
  Offsets source(std::size_t i) const {
    if (aligned_) return sources_[i];
    const auto at = begin_ + static_cast<std::uint32_t>(i);
    return {at, at + 1};
  }
  /// Where a range came from; it is not empty.
  Offsets source(Range range) const { return {source(range.begin).begin, source(range.end - 1).end}; }
  /// Where all code points came from that a range has bytes of; it is not empty.
  Offsets whole_source(Range range) const {
    if (!aligned_) {
      while (range.begin > 0 && is_continuation(bytes_[range.begin])) --range.begin;
      while (is_continuation(bytes_[range.end])) ++range.end;  // the padding is none
    }
    return source(range);
  }

 private:
  friend class NormalizedWriter;

  GrowingArray<char> bytes_, next_bytes_;
  GrowingArray<Offsets> sources_, next_sources_;
  std::uint32_t begin_ = 0;
  bool tracked_ = false;
  bool aligned_ = false;
};

/// Writes what a stage makes of a text, in order; finish() puts it in the text's place.
class NormalizedWriter {
 public:
  explicit NormalizedWriter(NormalizedText& text) : text_(text), tracked_(text.tracked_) {
    text.next_bytes_.clear();
    text.next_sources_.clear();
  }

  void put(char32_t c, Offsets source) {
    const std::size_t size = encode(c, text_.next_bytes_.room(4));
    text_.next_bytes_.added(size);
    if (tracked_) repeat(source, size);
  }
  /// One byte that stands for byte `i`.
  void put_ascii(char c, std::size_t i) {
    text_.next_bytes_.push_back(c);
    if (tracked_) text_.next_sources_.push_back(text_.source(i));
  }
  /// A whole code point as it was, which begins at byte `begin`.
  void copy(const char* from, std::size_t begin, std::size_t size) {
    char* to = text_.next_bytes_.room(4);
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    text_.next_bytes_.added(size);
    if (tracked_) repeat(source(begin, size), size);
  }
  /// Whole code points, all of them from one place.
  void put(std::string_view text, Offsets source) {
    if (text.empty()) return;
    std::memcpy(text_.next_bytes_.room(text.size()), text.data(), text.size());
    text_.next_bytes_.added(text.size());
    if (tracked_) repeat(source, text.size());
  }
  /// Whole code points as they were.
  void copy(Range range);
  Offsets source(std::size_t begin, std::size_t size) const {
    return text_.source({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + size)});
  }
  /// Bytes written.
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.next_bytes_.size()); }
  void finish();

 private:
  void repeat(Offsets source, std::size_t count) {
    Offsets* to = text_.next_sources_.room(count);
    for (std::size_t i = 0; i < count; ++i) to[i] = source;
    text_.next_sources_.added(count);
  }

  NormalizedText& text_;
  bool tracked_;
};

/// Calls visit(code point, first byte, size) for every code point of a valid UTF-8 text.
template <class Visit>
void for_each_code_point(std::string_view text, Visit&& visit) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at < end;) {
    const char* const first = at;
    const char32_t c = decode(at);
    visit(c, static_cast<std::size_t>(first - begin), static_cast<std::size_t>(at - first));
  }
}

}  // namespace mana::text
