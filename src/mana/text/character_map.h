#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "mana/text/array.h"
#include "mana/text/flat_bytes.h"

namespace mana::text {

/// SentencePiece's `precompiled_charsmap`: strings and what stands in their place, as a double array of Darts and a
/// block of texts. Immutable; copies share it; without tables it is empty.
class CharacterMap {
 public:
  CharacterMap() = default;
  /// Reads the bytes of a file: the trie's size, the trie, the texts. Every size and offset is checked: throws
  /// FormatError that says what is wrong with them, without a place.
  explicit CharacterMap(std::string_view bytes);

  /// A view of what compile() wrote. Throws FormatError.
  explicit CharacterMap(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  struct Match {
    std::size_t size;         ///< bytes of the string
    std::string_view result;  ///< what stands in its place
  };
  /// The shortest or the longest string of the map that a text begins with.
  std::optional<Match> shortest(std::string_view text) const;
  std::optional<Match> longest(std::string_view text) const;
  /// Which ASCII characters begin nothing in the map where the text ends or goes on in ASCII.
  std::array<bool, 128> plain() const;
  bool empty() const { return !tables_; }

 private:
  struct Tables {
    Array<std::uint32_t> units;  // whole blocks of 256
    Array<char> texts;           // each ends with a zero, and so does the block
  };
  template <class Found>
  void walk(std::string_view text, Found&& found) const;

  std::shared_ptr<const Tables> tables_;
};

}  // namespace mana::text
