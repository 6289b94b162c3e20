#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "mana/data/word_questions.h"
#include "mana/models/words/nearest_words.h"

namespace mana::eval {

/// How many of some questions were answered rightly.
struct AnalogyScore {
  std::string name;
  std::size_t correct = 0;
  std::size_t asked = 0;
  std::size_t unknown = 0;  ///< not asked, since a word of theirs is not known

  void add(const AnalogyScore& other);
  /// Nothing where nothing was asked.
  std::optional<double> accuracy() const {
    if (asked == 0) return std::nullopt;
    return static_cast<double>(correct) / static_cast<double>(asked);
  }
};

struct AnalogyResult {
  std::vector<AnalogyScore> sections;
  AnalogyScore semantic;   ///< all others
  AnalogyScore syntactic;  ///< of sections whose names begin with "gram"
  AnalogyScore total;
};

/// "a is to b as c is to ?" (Mikolov et al. 2013): the answer is the word that is nearest to v(c) + v(b) − v(a), all of
/// unit length, a, b and c themselves left out (3CosAdd). Words are compared without regard to case; of words that
/// differ in nothing else the first counts. Only `search.among` words are known. Throws ArgumentError
/// where no question has four known words, and as models::nearest_words does.
AnalogyResult evaluate_analogies(const models::WordVectors& vectors, const std::vector<data::AnalogySection>& sections,
                                 const models::WordSearch& search);

}  // namespace mana::eval
