#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/base/team.h"
#include "mana/data/batch_plan.h"
#include "mana/kernels/profile.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/checkpoint.h"
#include "mana/train/losses/loss.h"
#include "mana/train/moving_average.h"
#include "mana/train/optimizer.h"
#include "mana/train/schedule.h"
#include "mana/train/token_rows.h"

namespace mana::train {

/// How the weights of a sentence encoder are changed, whatever the loss.
struct TrainerOptions {
  std::uint64_t epochs = 1;
  std::uint64_t max_steps = 0;  ///< not 0: as many steps, whatever `epochs` says
  data::BatchRules batches;
  std::size_t accumulate = 1;  ///< batches of one step
  UpdateRule rule = AdamW{.decay = 0};
  UntouchedRows untouched = UntouchedRows::catch_up;
  ScheduleShape schedule = ScheduleShape::linear;
  double rate = 2e-5;
  double warmup = 0.1;                ///< below 1: a share of the steps; else steps
  double clip = 1;                    ///< the largest norm of the gradient; 0: any
  double average = 0;                 ///< not 0: train::MovingAverage's d
  std::optional<float> dropout = {};  ///< everywhere, in place of the model's own probabilities
  std::size_t prompt_tokens = 0;      ///< with which every text begins
  std::uint64_t seed = 0;
  unsigned threads = 1;
};

/// What a step was like.
struct StepReport {
  std::uint64_t step = 0;  ///< from 1
  double loss = 0;         ///< mean over what the loss counts
  double rate = 0;
  double gradient_norm = 0;  ///< before it was clipped
  std::size_t rows = 0;
  std::size_t tokens = 0;
};

/// Seconds that steps spent, by part.
struct StepTimes {
  double data = 0, forward = 0, backward = 0, update = 0;
};

/// Trains a model on rows, one step at a time. The same bits for any number of threads; what has been seen and what is
/// to come is a function of the options and of the number of the step, so that steps() and the state are all that a
/// checkpoint needs.
class SentenceTrainer {
 public:
  /// All of them outlive it. Throws ArgumentError for rows that teach nothing (learnable.h), and for a single step of
  /// the rate 0.
  SentenceTrainer(models::TrainableModel& model, std::span<const TokenRows> sets, Loss& loss,
                  const TrainerOptions& options, kernels::Profile* profile = nullptr);

  std::uint64_t total_steps() const { return schedule_.steps; }
  std::uint64_t steps_of_an_epoch() const;
  std::uint64_t steps() const { return optimizer_.steps(); }
  bool done() const { return steps() >= total_steps(); }
  const Schedule& schedule() const { return schedule_; }
  /// Whether the first `made` steps have the rates that they have in a run of `total` steps.
  bool has_rates_of(std::uint64_t total, std::uint64_t made) const;
  /// Rows that no batch of the first epoch takes; others may be left out in the next.
  std::size_t left_out() const { return left_out_; }

  /// Throws Error when the loss or its gradient is no finite number: which rows it was, and what is likely to help. The
  /// weights are those of the step before.
  StepReport step();
  const StepTimes& times() const { return times_; }

  /// Brings every weight to the present, for others to read. The moving averages, if there are any, stand in for the
  /// weights until resume().
  void settle();
  void resume();

  /// For checkpoints: all weights, and what optimiser and averages remember. To restore, the number of steps comes
  /// first.
  void for_each_state(const VisitState& visit);
  /// The weights alone.
  void for_each_weight(const VisitState& visit);
  bool has_finite_weights();
  void set_steps(std::uint64_t steps);
  /// After for_each_state() has overwritten them.
  void restored();

 private:
  std::vector<data::PlannedBatch> batches_of_step(std::uint64_t step);
  float differentiate(const data::PlannedBatch& batch, std::uint64_t number, float weight, StepReport& report);
  float differentiate_cached(const data::PlannedBatch& batch, std::uint64_t number, float weight);
  void catch_up(std::span<const data::PlannedBatch> batches);
  nn::Masks masks(std::uint64_t seed, std::uint64_t number) const;
  Labels labels_of(const data::PlannedBatch& batch) const;
  std::size_t columns_of(const TokenRows& rows) const { return rows.facts.texts * (loss_.data.twice ? 2 : 1); }
  [[noreturn]] void refuse(const StepReport& report, std::span<const data::PlannedBatch> batches) const;

  models::TrainableModel& model_;
  std::span<const TokenRows> sets_;
  Loss& loss_;
  TrainerOptions options_;
  Pool pool_;
  Team team_;
  kernels::Run run_;
  Optimizer optimizer_;
  Optimizer head_;  // of the loss's own parameters
  std::optional<MovingAverage> average_;
  Schedule schedule_;
  autograd::Tape tape_;
  StepTimes times_;
  std::vector<data::PlannedBatch> plan_;  // of the epoch plan_epoch_
  std::uint64_t planned_epoch_ = ~std::uint64_t{0};
  std::size_t left_out_ = 0;
};

}  // namespace mana::train
