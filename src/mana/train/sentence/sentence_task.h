#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/data/batch_plan.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/sentence/loss.h"
#include "mana/train/sentence/token_rows.h"
#include "mana/train/task.h"

namespace mana::train {

/// How a sentence encoder sees its rows, whatever the loss.
struct SentenceOptions {
  data::BatchRules batches;
  std::optional<float> dropout = {};  ///< everywhere, in place of the model's own probabilities
  std::size_t prompt_tokens = 0;      ///< with which every text begins
  std::uint64_t seed = 0;
};

/// Texts of rows side by side, as a model takes them.
struct TextBatch {
  std::vector<text::TokenId> ids, types;
  std::vector<std::uint32_t> offsets = {0};

  void add(const TokenRows& set, std::size_t row, std::size_t column);
  nn::TokenBatch tokens() const { return {.ids = ids, .type_ids = types, .offsets = offsets}; }
};

/// A sentence encoder learns from rows of texts: a loss of their vectors, column by column.
class SentenceTask final : public Task {
 public:
  /// All of them outlive it. Throws ArgumentError for rows that teach nothing (learnable.h).
  SentenceTask(models::TrainableModel& model, std::span<const TokenRows> sets, Loss& loss,
               const SentenceOptions& options);

  /// Rows that no batch of the first epoch takes; others may be left out in the next.
  std::size_t left_out() const { return left_out_; }

  std::span<autograd::Parameter> parameters() override { return model_.parameters(); }
  std::span<autograd::Parameter> head() override { return loss_.parameters(); }
  const kernels::Table& kernels() const override { return model_.kernels(); }
  void refresh(const kernels::Run& run) override { model_.refresh(run); }

  std::size_t batches() const override { return batches_; }
  std::vector<BatchSize> prepare(std::span<const BatchPlace> step) override;
  std::vector<std::uint32_t> rows_read(const autograd::Parameter& parameter) const override;
  autograd::Variable loss(autograd::Tape& tape, std::size_t batch) override;
  float differentiate(autograd::Tape& tape, std::size_t batch, float weight, StepTimes& times) override;

  std::string whereabouts(std::size_t batch) const override;
  std::string_view suspects() const override { return "the model's weights or the labels"; }

 private:
  /// A batch of the step.
  struct Batch {
    data::PlannedBatch rows;
    std::uint64_t number = 0;
    TextBatch texts;  ///< column after column; none where they are embedded some at a time
  };

  void plan(std::uint64_t epoch);
  float differentiate_cached(const kernels::Run& run, const Batch& batch, float weight);
  nn::Masks masks(std::uint64_t seed, std::uint64_t number) const;
  Labels labels_of(const kernels::Run& run, const data::PlannedBatch& batch) const;
  std::size_t columns_of(const TokenRows& rows) const { return rows.facts.texts * (loss_.data.twice ? 2 : 1); }

  models::TrainableModel& model_;
  std::span<const TokenRows> sets_;
  Loss& loss_;
  SentenceOptions options_;
  std::vector<data::PlannedBatch> plan_;  // of the epoch planned_epoch_
  std::uint64_t planned_epoch_ = 0;
  std::size_t batches_ = 0;  // of an epoch
  std::size_t left_out_ = 0;
  std::vector<Batch> step_;
  nn::Masks masks_;  // of the pass on the tape
};

}  // namespace mana::train
