#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mana/autograd/tape.h"
#include "mana/base/team.h"
#include "mana/kernels/profile.h"
#include "mana/train/checkpoint.h"
#include "mana/train/moving_average.h"
#include "mana/train/optimizer.h"
#include "mana/train/schedule.h"
#include "mana/train/task.h"

namespace mana::train {

/// How weights are changed, whatever the task.
struct TrainerOptions {
  std::uint64_t epochs = 1;
  std::uint64_t max_steps = 0;  ///< not 0: as many steps, whatever `epochs` says
  std::size_t accumulate = 1;   ///< batches of one step
  UpdateRule rule = AdamW{.decay = 0};
  UntouchedRows untouched = UntouchedRows::catch_up;
  ScheduleShape schedule = ScheduleShape::linear;
  double rate = 2e-5;
  double warmup = 0.1;  ///< below 1: a share of the steps; else steps
  double clip = 1;      ///< the largest norm of the gradient; 0: any
  double average = 0;   ///< not 0: train::MovingAverage's d
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

/// Changes the weights of a task, one step at a time. The same bits for any number of threads; what has been seen and
/// what is to come is a function of the options and of the number of the step, so that steps() and the state are all
/// that a checkpoint needs.
class Trainer {
 public:
  /// The task outlives it. Throws ArgumentError for a single step of the rate 0.
  Trainer(Task& task, const TrainerOptions& options, kernels::Profile* profile = nullptr);

  std::uint64_t total_steps() const { return schedule_.steps; }
  std::uint64_t steps_of_an_epoch() const;
  std::uint64_t steps() const { return optimizer_.steps(); }
  bool done() const { return steps() >= total_steps(); }
  const Schedule& schedule() const { return schedule_; }
  /// Whether the first `made` steps have the rates that they have in a run of `total` steps.
  bool has_rates_of(std::uint64_t total, std::uint64_t made) const;

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
  std::vector<BatchPlace> batches_of_step(std::uint64_t step) const;
  void catch_up();
  [[noreturn]] void refuse(const StepReport& report) const;

  Task& task_;
  TrainerOptions options_;
  Pool pool_;
  Team team_;
  kernels::Run run_;
  Optimizer optimizer_;
  Optimizer head_;  // of the task's own weights
  std::optional<MovingAverage> average_;
  Schedule schedule_;
  autograd::Tape tape_;
  StepTimes times_;
  bool gradients_checked_ = false;
};

}  // namespace mana::train
