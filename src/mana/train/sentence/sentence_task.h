#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mana/train/sentence/loss.h"
#include "mana/train/sentence/row_plan.h"

namespace mana::train {

/// A sentence encoder learns from rows of texts: a loss of their vectors, column by column.
class SentenceTask final : public Task {
 public:
  /// All of them outlive it. Throws ArgumentError for rows that teach nothing (learnable.h).
  SentenceTask(models::TrainableModel& model, std::span<const TokenRows> sets, Loss& loss,
               const SentenceOptions& options);

  /// Rows that no batch of the first epoch takes; others may be left out in the next.
  std::size_t left_out() const { return plan_.left_out(); }

  std::span<autograd::Parameter> parameters() override { return model_.parameters(); }
  std::span<autograd::Parameter> head() override { return loss_.parameters(); }
  const kernels::Table& kernels() const override { return model_.kernels(); }
  void refresh(const kernels::Run& run) override { model_.refresh(run); }

  std::size_t batches() const override { return plan_.batches(); }
  std::vector<BatchSize> prepare(std::span<const BatchPlace> step) override;
  std::vector<std::uint32_t> rows_read(const autograd::Parameter& parameter) const override;
  autograd::Variable loss(autograd::Tape& tape, std::size_t batch) override;
  float differentiate(autograd::Tape& tape, std::size_t batch, float weight, StepTimes& times) override;

  std::string whereabouts(std::size_t batch) const override { return plan_.whereabouts(step_[batch].rows); }
  std::string_view suspects() const override { return "the model's weights or the labels"; }

 private:
  /// A batch of the step.
  struct Batch {
    data::PlannedBatch rows;
    std::uint64_t number = 0;
    TextBatch texts;  ///< column after column; none where they are embedded some at a time
  };

  float differentiate_cached(const kernels::Run& run, const Batch& batch, float weight);
  Labels labels_of(const kernels::Run& run, const data::PlannedBatch& batch) const;
  std::size_t columns_of(const TokenRows& rows) const { return rows.facts.texts * (loss_.data.twice ? 2 : 1); }

  models::TrainableModel& model_;
  Loss& loss_;
  SentenceOptions options_;
  RowPlan plan_;
  std::vector<Batch> step_;
  nn::Masks masks_;  // of the pass on the tape
};

}  // namespace mana::train
