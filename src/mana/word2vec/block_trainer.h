#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mana/kernels/word_vectors.h"
#include "mana/tensor/buffer.h"
#include "mana/word2vec/corpus.h"
#include "mana/word2vec/huffman.h"
#include "mana/word2vec/matrices.h"
#include "mana/word2vec/negative_sampler.h"
#include "mana/word2vec/options.h"
#include "mana/word2vec/subword_table.h"

namespace mana::word2vec {

/// What all threads look things up in.
struct WordTables {
  WordTables(const WordList& vocabulary, std::uint64_t words, const WordTraining& training);

  std::vector<std::uint32_t> keep;  ///< [words]: the probability that a word is not left out, in 1/2³²
  std::vector<NegativeSampler> sampler;
  std::vector<HuffmanTree> tree;       ///< one of these two
  std::vector<SubwordTable> subwords;  ///< or none
};

/// What was really done.
struct TrainingTally {
  std::uint64_t words = 0;           ///< of the text
  std::uint64_t trained_words = 0;   ///< not left out
  std::uint64_t positive_pairs = 0;  ///< of a word and one in its window
  std::uint64_t negative_pairs = 0;  ///< of a word and one drawn, or decisions of the tree
  double loss = 0;                   ///< the negative log-likelihood of `loss_pairs`, a sample of the positive pairs
  std::uint64_t loss_pairs = 0;

  TrainingTally& operator+=(const TrainingTally& other);
  /// Nothing where no pair was sampled, as in a text of few words.
  std::optional<double> mean_loss() const {
    if (loss_pairs == 0) return std::nullopt;
    return loss / static_cast<double>(loss_pairs);
  }
};

/// Rows that were changed, one byte for each row.
struct TouchedRows {
  std::vector<std::uint8_t> inputs;
  std::vector<std::uint8_t> outputs;
};

/// Trains on one block after the other; each thread has one. For every word w of a line and the words u around it, its
/// negatives n drawn once for all of them (Ji et al. 2016):
///
///   skip-gram  Σ_u [ log σ(x_u · y_w) + Σ_n log σ(-x_u · y_n) ]     CBOW: the same of the mean of all x_u
class BlockTrainer {
 public:
  BlockTrainer(const WordTraining& training, const WordTables& tables, const kernels::WordKernels& kernels,
               std::size_t width);

  /// One step of gradient ascent for every word. `touched` may be null.
  void train(std::span<const std::uint32_t> tokens, float rate, Random random, Matrices& matrices,
             TouchedRows* touched);

  /// What was done since the last call.
  TrainingTally take_tally();

 private:
  /// What a word is trained with, drawn while the word before it is trained so that its rows are on their way.
  struct Step {
    std::size_t reach = 0;
    std::size_t outputs = 0;
    std::size_t negatives = 0;
    std::vector<std::uint32_t> ids;
    std::vector<float*> rows;
    std::vector<float> labels;
    std::vector<float> counts;  ///< how often each was drawn
  };

  void train_line(std::span<const std::uint32_t> line);
  void prepare(Step& step, std::uint32_t word);
  void prefetch_input(std::uint32_t word) const;
  void take(std::uint32_t word);
  void train_step(const Step& step);
  void sample_loss(const Step& step, std::size_t inputs);

  const WordTraining& training_;
  const WordTables& tables_;
  const kernels::WordKernels& kernels_;
  const std::size_t width_;

  std::vector<std::uint32_t> line_;
  Step steps_[2];
  std::vector<float> rates_;
  std::vector<float*> rows_;             // of the inputs, one after the other
  std::vector<std::size_t> row_counts_;  // of each input, where words have parts
  Buffer<float> x_, dx_, scratch_;
  TrainingTally tally_;

  // Of the block that is trained.
  Matrices* matrices_ = nullptr;
  TouchedRows* touched_ = nullptr;
  Random random_{0};
  float rate_ = 0;
  unsigned until_loss_ = 0;
};

}  // namespace mana::word2vec
