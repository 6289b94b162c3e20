#pragma once

#include <cstddef>
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
  double accuracy() const { return asked == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(asked); }
};

struct AnalogyResult {
  std::vector<AnalogyScore> sections;
  AnalogyScore semantic;   ///< all others
  AnalogyScore syntactic;  ///< of sections whose names begin with "gram"
  AnalogyScore total;
};

/// "a is to b as c is to ?" (Mikolov et al. 2013): the answer is the word that is nearest to v(c) + v(b) − v(a), all of
/// unit length, a, b and c themselves left out (3CosAdd). Words are compared without regard to case; of words that
/// differ in nothing else the first counts. Only `search.among` words are known. Throws as models::nearest_words.
AnalogyResult evaluate_analogies(const models::WordVectors& vectors, const std::vector<data::AnalogySection>& sections,
                                 const models::WordSearch& search);

}  // namespace mana::eval
