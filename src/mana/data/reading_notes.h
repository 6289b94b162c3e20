#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mana/data/text_encoding.h"

namespace mana::data {

/// What was read in spite of a mistake, or of a doubt, to be told once, at the end.
struct ReadingNotes {
  std::string name = {};  ///< of the file
  TextEncoding encoding = TextEncoding::utf8;
  /// How many rows, and the line of the first one.
  struct Rows {
    std::uint64_t count = 0;
    std::uint64_t first = 0;

    void add(std::uint64_t line) {
      if (++count == 1) first = line;
    }
  };
  Rows broken = {};             ///< lines with bytes that are no text in the file's encoding
  Rows halves = {};             ///< JSON with half of a surrogate pair, which became U+FFFD
  Rows doubled = {};            ///< JSON objects with a key twice, of which the last counts
  std::string key = {};         ///< the first of those
  std::string first_line = {};  ///< a doubt, as a sentence: whether it is a header or a text

  /// Each a sentence; none where there is nothing to tell.
  std::vector<std::string> sentences() const;
};

}  // namespace mana::data
