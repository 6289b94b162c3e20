#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/data/pair_batches.h"
#include "mana/models/transformer/trainable_transformer.h"
#include "mana/train/sequence/sequence_batch.h"
#include "mana/train/sequence/token_pairs.h"
#include "mana/train/task.h"

namespace mana::train {

/// How an encoder–decoder sees its pairs.
struct SequenceOptions {
  std::size_t batch_tokens = 4096;              ///< of both sides, about
  float smoothing = 0.1f;                       ///< ε
  std::optional<float> dropout = {};            ///< in place of the model's own
  std::optional<float> attention_dropout = {};  ///< the same of attention's probabilities
  std::uint64_t seed = 0;
};

/// An encoder–decoder learns what to write for a text: the cross-entropy of each token of the target, given those
/// before it and the source, with labels smoothed by ε (Vaswani et al. 2017, arXiv:1706.03762, section 5.4). It is a
/// mean over the tokens of a step, whatever its batches.
class SequenceTask final : public Task {
 public:
  /// Both outlive it. Throws ArgumentError for no pairs, batches of no tokens, ids that the model has no vectors for.
  SequenceTask(models::TrainableTransformer& model, const TokenPairs& pairs, const SequenceOptions& options);

  std::span<autograd::Parameter> parameters() override { return model_.parameters(); }
  const kernels::Table& kernels() const override { return model_.kernels(); }
  void refresh(const kernels::Run& run) override { model_.refresh(run); }

  std::size_t batches() const override { return batches_.count(); }
  std::vector<BatchSize> prepare(std::span<const BatchPlace> step) override;
  /// Of either side: a table may be looked up by both.
  std::vector<std::uint32_t> rows_read(const autograd::Parameter& parameter) const override;
  autograd::Variable loss(autograd::Tape& tape, std::size_t batch) override;
  float differentiate(autograd::Tape& tape, std::size_t batch, float weight, StepTimes& times) override;

  std::string whereabouts(std::size_t batch) const override;

 private:
  /// A batch of the step.
  struct Batch {
    std::vector<std::uint32_t> pairs;
    std::uint64_t number = 0;
    SequenceBatch texts;
  };

  nn::Masks masks(std::uint64_t number) const;

  models::TrainableTransformer& model_;
  const TokenPairs& pairs_;
  SequenceOptions options_;
  data::PairBatches batches_;
  std::vector<std::vector<std::uint32_t>> plan_;  // of the epoch planned_epoch_
  std::optional<std::uint64_t> planned_epoch_;
  std::vector<Batch> step_;
  nn::Masks masks_;  // of the pass on the tape
};

/// Throws ArgumentError, which names the side, where an id lies beyond the model's vocabulary, or a text beyond its
/// positions.
void require_known_tokens(const models::TransformerConfig& config, const TokenPairs& pairs);

}  // namespace mana::train
