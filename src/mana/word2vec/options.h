#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "mana/kernels/isa.h"

namespace mana::word2vec {

/// What predicts what: a word the words around it, or those, as their mean, the word.
enum class Architecture : std::uint8_t { skip_gram, cbow };

/// What stands in for the softmax over the vocabulary.
enum class Objective : std::uint8_t { negative_sampling, hierarchical_softmax };

/// Parts of words that have vectors of their own (Bojanowski et al. 2017, arXiv:1607.04606).
struct Subwords {
  unsigned shortest = 3;  ///< in code points
  unsigned longest = 6;   ///< 0: there are none
  std::uint32_t buckets = 2'000'000;
};

/// How word vectors are trained (Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546).
struct WordTraining {
  Architecture architecture = Architecture::skip_gram;
  Objective objective = Objective::negative_sampling;
  std::size_t dimensions = 100;
  unsigned window = 5;        ///< c: words on either side
  bool whole_window = false;  ///< always c words, not 1 to c of them by chance
  unsigned negatives = 5;     ///< drawn for each positive pair
  unsigned epochs = 5;
  double sample = 1e-3;                 ///< a word of a greater share of the text is left out by chance; 0: none is
  std::optional<double> learning_rate;  ///< at the beginning: 0.025 unless given, 0.05 for CBOW
  std::optional<Subwords> subwords;
  std::uint64_t seed = 1;
  unsigned threads = 0;        ///< 0: one for each processor
  bool deterministic = false;  ///< the same bits for any number of threads
  std::optional<kernels::Isa> isa;

  double first_rate() const { return learning_rate.value_or(architecture == Architecture::cbow ? 0.05 : 0.025); }
};

/// Throws ArgumentError for values that mean nothing, and says what they have to be.
void check(const WordTraining& training);

}  // namespace mana::word2vec
