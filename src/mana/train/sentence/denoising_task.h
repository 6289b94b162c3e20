#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mana/models/denoising/trainable_decoder.h"
#include "mana/train/sentence/row_plan.h"
#include "mana/train/sentence/word_deletion.h"
#include "mana/train/task.h"

namespace mana::train {

/// A sentence encoder learns from texts alone, by what a decoder can write again of a vector (TSDAE: Wang, Reimers and
/// Gurevych 2021, arXiv:2104.06979). Of a text x = x_1 … x_n
///
///   s = encode(x without some of its words)
///   L = − Σ_t log p(x_{t+1} | x_1 … x_t, s)      a mean over all tokens of a step, whatever its batches
///
/// Which words are missing is decided anew in each epoch, by the seed, the batch and the text's place in it.
class DenoisingTask final : public Task {
 public:
  /// All of them outlive it; `decoder` is the model's. Throws ArgumentError for rows that make no batch.
  DenoisingTask(models::TrainableModel& model, models::TrainableDecoder& decoder, std::span<const TokenRows> sets,
                WordDeletion deletion, const SentenceOptions& options);

  /// Rows that no batch of the first epoch takes.
  std::size_t left_out() const { return plan_.left_out(); }

  std::span<autograd::Parameter> parameters() override { return model_.parameters(); }
  std::span<autograd::Parameter> head() override { return decoder_.parameters(); }
  const kernels::Table& kernels() const override { return model_.kernels(); }
  void refresh(const kernels::Run& run) override;

  std::size_t batches() const override { return plan_.batches(); }
  std::vector<BatchSize> prepare(std::span<const BatchPlace> step) override;
  autograd::Variable loss(autograd::Tape& tape, std::size_t batch) override;
  std::string whereabouts(std::size_t batch) const override { return plan_.whereabouts(step_[batch].rows); }

 private:
  /// A batch of the step.
  struct Batch {
    data::PlannedBatch rows;
    std::uint64_t number = 0;
    TextBatch thinned = {};
    TextBatch targets = {};                  ///< whole texts but for their last tokens
    std::vector<std::uint32_t> labels = {};  ///< [target tokens] what follows each
  };

  models::TrainableModel& model_;
  models::TrainableDecoder& decoder_;
  WordDeletion deletion_;
  SentenceOptions options_;
  RowPlan plan_;
  std::vector<Batch> step_;
  nn::Masks masks_;  // of the pass on the tape
};

}  // namespace mana::train
