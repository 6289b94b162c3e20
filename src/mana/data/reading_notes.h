#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mana::data {

/// What was read in spite of a mistake, to be told once, at the end.
struct ReadingNotes {
  std::string name = {};  ///< of the file
  /// How many rows, and the line of the first one.
  struct Rows {
    std::uint64_t count = 0;
    std::uint64_t first = 0;

    void add(std::uint64_t line) {
      if (++count == 1) first = line;
    }
  };
  Rows broken = {};      ///< lines that are no UTF-8
  Rows halves = {};      ///< JSON with half of a surrogate pair, which became U+FFFD
  Rows doubled = {};     ///< JSON objects with a key twice, of which the last counts
  std::string key = {};  ///< the first of those

  /// Each a sentence; none where there is nothing to tell.
  std::vector<std::string> sentences() const;
};

}  // namespace mana::data
