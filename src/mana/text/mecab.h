#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mana/text/mecab_dictionary.h"
#include "mana/text/normalized_text.h"

namespace mana::text {

/// MeCab with an open dictionary: the words of Japanese text, by the path through a lattice of words that costs least
/// (Kudo, Yamamoto and Matsumoto 2004, Applying conditional random fields to Japanese morphological analysis).
/// Immutable and safe to share between threads; copies share the dictionary.
class Mecab {
 public:
  /// Without a dictionary; for assignment.
  Mecab() = default;
  /// Throws IoError when the library or the dictionary is not there, FormatError when the latter is not in UTF-8.
  explicit Mecab(MecabDictionary dictionary);

  /// Adds the words of a part of a text in valid UTF-8, in order; white space between them is dropped. A text with a
  /// NUL in it, of more than kMostBytes, or with more than kMostRun bytes without white space or punctuation is cut in
  /// parts, as if each were a text: behind the last line end, else the last of these marks, else anywhere.
  void operator()(std::string_view text, Range part, GrowingArray<Range>& words) const;

  /// What MeCab counts the bytes of a word with, and of the spaces before it.
  static constexpr std::size_t kMostBytes = 0xFFFF;
  /// It looks through a run of characters of one kind anew for each of them, in time quadratic in the run.
  static constexpr std::size_t kMostRun = 4096;

  const MecabDictionary& dictionary() const { return dictionary_; }
  std::string folder() const;  ///< of the dictionary that is open

 private:
  struct Shared;
  MecabDictionary dictionary_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace mana::text
