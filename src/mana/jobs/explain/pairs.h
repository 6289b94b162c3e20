#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mana/formats/word_vectors.h"
#include "mana/text/word_segmenter.h"

namespace mana::jobs {

/// What of a text is to be explained.
struct PairOptions {
  std::string text = {};
  unsigned window = 5;     ///< c: words on either side
  unsigned negatives = 5;  ///< k, drawn for each positive pair
  text::WordSegmentation segmentation = {};
  std::uint64_t seed = 1;

  /// Throws OptionError.
  void check() const;
};

/// What skip-gram with negative sampling makes of a text w_1 … w_L (Mikolov et al. 2013, arXiv:1310.4546): the positive
/// pairs are (w_i, w_j) with 0 < |i − j| ≤ c, and k words are drawn against each of them.
struct ExplainedPairs {
  /// A word of the text with all that it is trained with.
  struct Word {
    std::string word;
    std::size_t before = 0;          ///< min(i − 1, c)
    std::size_t after = 0;           ///< min(L − i, c)
    std::vector<std::size_t> near;   ///< places, from 0, of the words in its window: a positive pair with each
    std::vector<std::string> drawn;  ///< k words, the same against all of its pairs, as in training (Ji et al. 2016)
    std::size_t drawn_itself = 0;    ///< how many of these are the word, which training leaves out
  };

  std::vector<Word> words;           ///< w_1 … w_L
  std::vector<std::string> unknown;  ///< of the text, without a place among the words: the model does not know them
  unsigned window = 0;
  unsigned negatives = 0;
  std::size_t vocabulary = 0;      ///< words that may be drawn
  std::uint64_t positive = 0;      ///< pairs, counted one by one
  std::uint64_t by_formula = 0;    ///< Σ min(i − 1, c) + min(L − i, c)
  std::uint64_t drawn = 0;         ///< k for each positive pair
  std::uint64_t drawn_itself = 0;  ///< of them, those that are the word itself
};

/// Draws by the counts of `model`, whose words alone have a place then, or by those of the text where there is no
/// model. Throws OptionError; ArgumentError for a text without words, for one with more pairs than a person could want
/// to see (a million), and for a model that does not say how often its words were.
ExplainedPairs explain_pairs(const PairOptions& options, const formats::WordVectors* model = nullptr);

}  // namespace mana::jobs
