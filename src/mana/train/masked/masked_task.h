#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/data/masked_batch.h"
#include "mana/models/masked/trainable_masked_model.h"
#include "mana/train/task.h"

namespace mana::train {

/// Where batches come from: each is a function of its place.
struct MaskedSource {
  std::size_t batches = 0;  ///< of an epoch
  std::function<data::MaskedBatch(std::uint64_t epoch, std::size_t place)> batch;
};

struct MaskedTaskOptions {
  std::string name;                             ///< of the corpus, for messages
  std::optional<float> dropout = {};            ///< in place of the model's own
  std::optional<float> attention_dropout = {};  ///< the same of attention's probabilities
  std::uint64_t seed = 0;
};

/// An encoder learns which words are hidden and, where the batches are of pairs, whether B follows A (Devlin et al.
/// 2019, arXiv:1810.04805, section 3.1):
///
///   L = Σ_words −log p(w) / N + Σ_pairs −log p(next) / S      of the N words and S pairs of a step, whatever its
///   batches
class MaskedTask final : public Task {
 public:
  /// The model outlives it.
  MaskedTask(models::TrainableMaskedModel& model, MaskedSource source, MaskedTaskOptions options);

  /// From the batch of this number on, a run takes others, say of longer sequences.
  void go_over_to(MaskedSource source, std::uint64_t number);

  std::span<autograd::Parameter> parameters() override { return model_.parameters(); }
  const kernels::Table& kernels() const override { return model_.kernels(); }
  void refresh(const kernels::Run& run) override { model_.refresh(run); }

  std::size_t batches() const override { return first_.batches; }
  std::vector<BatchSize> prepare(std::span<const BatchPlace> step) override;
  autograd::Variable loss(autograd::Tape& tape, std::size_t batch) override;

  std::string whereabouts(std::size_t batch) const override;
  std::string_view suspects() const override { return "the model's weights"; }

 private:
  struct Batch {
    data::MaskedBatch texts;
    BatchPlace place;
  };

  data::MaskedBatch batch_at(const BatchPlace& place) const;
  nn::Masks masks(std::uint64_t number) const;

  models::TrainableMaskedModel& model_;
  MaskedSource first_;
  MaskedSource second_;
  std::optional<std::uint64_t> turn_;  // the number of the first batch that is of second_
  MaskedTaskOptions options_;
  std::vector<Batch> step_;
  std::size_t words_ = 0, pairs_ = 0;  // N and S
  nn::Masks masks_;                    // of the pass on the tape
};

/// A batch's tokens, as a model takes them.
nn::TokenBatch tokens_of(const data::MaskedBatch& batch);

}  // namespace mana::train
