#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/partial_file.h"
#include "mana/train/checkpoint.h"
#include "mana/train/curve.h"
#include "mana/train/trainer.h"

namespace mana::train {

/// A further number of an evaluation, by the name that it has in the log.
struct Measure {
  std::string name;
  double value = 0;
};

/// How good the model is, between two steps.
struct Evaluation {
  std::string metric;  ///< "STS Spearman · 100"
  /// What is no number counts as worse than any. Throws Cancelled.
  std::function<double()> score;
  bool lower_is_better = false;
  /// What else the evaluation of the last score() found, for the log; may be missing.
  std::function<std::vector<Measure>()> measures = {};

  bool is_better(double a, double b) const { return lower_is_better ? a < b : a > b; }
};

struct RunOptions {
  std::filesystem::path output;  ///< the model's folder to be; what the run keeps meanwhile stands beside it
  RunIdentity identity;
  bool resume = false;               ///< go on from the checkpoint, if there is one
  bool extend = false;               ///< also where the steps made would have had other rates in a run of this length
  std::uint64_t evaluate_every = 0;  ///< steps; 0: at the end of each epoch
  std::uint64_t save_every = 0;      ///< steps; 0: by the clock only
  double save_minutes = 5;
  std::size_t patience = 0;  ///< not 0: stop after so many evaluations without a better score
  bool keep_last = false;    ///< the last weights, not the best
  /// Not 0: the mean of the weights of so many last evaluations, not the best. They are kept at the steps of
  /// evaluations whether there is one or not.
  std::size_t average_last = 0;
  PartialFile* log = nullptr;  ///< of a RunLock that was taken before; none: the run takes its own
};

/// Told what happens, from the thread that trains.
struct RunEvents {
  std::function<void(std::uint64_t steps, std::uint64_t total)> began;  ///< steps made in an earlier run
  /// The run goes on from one that was to have `before` steps in all; those to come take the rates of `total`.
  std::function<void(std::uint64_t before, std::uint64_t total)> resized;
  std::function<void(const StepReport&)> stepped;
  std::function<void(std::uint64_t step, double score, bool best)> evaluated;
};

struct RunResult {
  bool interrupted = false;  ///< a checkpoint was written; the same run goes on from it with `resume`
  std::uint64_t steps = 0;
  bool stopped_early = false;
  std::optional<double> before;  ///< the score of the model that the run started from, if it is a number
  std::optional<double> after;   ///< of the weights that were kept, if it is a number
  std::optional<std::uint64_t> best_step;
  std::string log;  ///< a JSON object a line: {"step": …, "loss": …, …}, {"step": …, "score": …}
  TrainingCurve curve;
};

/// What a run keeps beside its output: a checkpoint, the best weights or those of the last evaluations, the log.
std::filesystem::path checkpoint_path(const std::filesystem::path& output);

/// Trains to the end; then the model has the weights to be kept, and nothing is left to do but to save it and call
/// remove_run_files(). Should saving fail, a checkpoint of the end is there, if there was room for one. Interrupted by
/// `stop`, by an error or by the end of the process at any moment, the run goes on from its last checkpoint and comes
/// to the same bits. One that is to have another number of steps goes on, too, where the steps made had the rates that
/// they have in a run of that length (a constant rate after a warm-up of as many steps), and comes to its bits; else
/// with `extend`, and then what has been made stays as it is.
///
/// Throws as Trainer::step(); Error where the weights are no finite numbers any more: neither checkpoint nor
/// best weights are replaced by such; IoError (disk full, …): the checkpoint before is still there; ArgumentError for
/// another number of steps that cannot be; as Checkpoint.
RunResult run_training(Trainer& trainer, const RunOptions& options, const std::optional<Evaluation>& evaluation,
                       const RunEvents& events, std::stop_token stop);

void remove_run_files(const std::filesystem::path& output);

}  // namespace mana::train
