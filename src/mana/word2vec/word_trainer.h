#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "mana/base/team.h"
#include "mana/word2vec/block_trainer.h"
#include "mana/word2vec/corpus.h"
#include "mana/word2vec/matrices.h"
#include "mana/word2vec/options.h"

namespace mana::word2vec {

/// How far training has come: blocks of the text in all epochs, and what was done.
struct TrainingState {
  std::uint64_t blocks = 0;
  TrainingTally tally;
};

/// Trains word vectors, a few blocks of the text at a time, so that work can be shown, kept and stopped in between.
///
/// By default threads take block after block and change the same rows without locks: Hogwild (Recht et al. 2011). With
/// `deterministic` two workers, however many threads there are, train on blocks of their own and each on its own copy
/// of the rows; then for every row  r ← r + Σ_w (r_w - r), in the order of the workers. What is drawn by chance depends
/// on the seed and the block alone, so that the result has the same bits for any number of threads.
class WordTrainer {
 public:
  /// The corpus must outlive it. Goes on from `state` with its matrices where they are given.
  /// Throws ArgumentError as check() does, std::bad_alloc.
  WordTrainer(const Corpus& corpus, const WordTraining& training);
  ~WordTrainer();

  bool done() const { return state_.blocks == total_blocks(); }
  /// Trains on the next blocks. Throws IoError; ArgumentError where it has diverged.
  void advance();
  /// Throws ArgumentError where the training has diverged: vectors are not finite, or beyond all reason. All are looked
  /// at, so this is for now and then; advance() itself throws where the loss that it samples is no number any more.
  void require_convergence() const;
  /// Goes on from here. The matrices are of the shapes of matrices().
  void resume(const TrainingState& state, Matrices matrices);

  const TrainingState& state() const { return state_; }
  std::uint64_t total_blocks() const { return std::uint64_t{training_.epochs} * corpus_.blocks(); }
  /// Of all epochs.
  std::uint64_t total_words() const { return std::uint64_t{training_.epochs} * corpus_.words(); }
  const Matrices& matrices() const { return matrices_; }
  const WordTraining& training() const { return training_; }

  /// The vectors of the words, row by row without padding: of a word with parts, their mean.
  Buffer<float> vectors() const;

 private:
  struct Worker;

  void train_block(std::uint64_t block, Worker& worker, Matrices& matrices);
  [[noreturn]] void refuse_divergence() const;
  void advance_without_locks(std::uint64_t end);
  void advance_in_order(std::uint64_t end);

  const Corpus& corpus_;
  const WordTraining training_;
  const WordTables tables_;
  const kernels::WordKernels& kernels_;
  Team team_;
  Matrices matrices_;
  std::vector<std::unique_ptr<Worker>> workers_;
  TrainingState state_;
};

}  // namespace mana::word2vec
