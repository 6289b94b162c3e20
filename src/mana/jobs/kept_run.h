#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "mana/train/training_run.h"

namespace mana::jobs {

/// Where a training leaves its model, what it keeps until then and how often it is measured.
struct KeptRun {
  std::filesystem::path output = {};  ///< the folder of the new model; a checkpoint stands beside it meanwhile
  bool force = false;                 ///< replace the model that the folder holds
  bool resume = false;                ///< go on from the checkpoint, if there is one
  bool extend = false;                ///< also with other `epochs` or `max_steps`, at the rates of these
  bool keep_last = false;             ///< the last weights, not the best
  bool keep_checkpoint = false;       ///< that of the end, for a longer run to go on from
  std::uint64_t evaluate_every = 0;   ///< steps; 0: after each epoch
  std::uint64_t save_every = 0;       ///< steps; 0: by the clock only
  double save_minutes = 5;
  std::size_t patience = 0;  ///< not 0: stop after so many evaluations without a better one
};

/// How long a run is to be: told where a checkpoint's differs, and may do so.
struct RunLength {
  std::size_t epochs = 1, max_steps = 0;
};

/// What the loop is told of such a run: where, how often, and what makes another run the same one. The weights and
/// scores that are kept are those of its evaluations, so how often these are belongs to its identity (`evaluate_flag`:
/// as the command line calls that).
/// `average_last`, where there is that choice: the mean of the weights of so many last evaluations is kept, not the
/// best.
train::RunOptions run_options(const KeptRun& kept, train::RunIdentity identity, const RunLength& length,
                              std::string_view evaluate_flag, std::optional<std::size_t> average_last = {});

/// What became of a training.
struct FinishedRun {
  train::RunResult run;           ///< where it was interrupted, nothing else is written
  std::uint64_t total_steps = 0;  ///< that the whole run has
  double seconds = 0;             ///< of steps, evaluations and writing
};

/// Told of an evaluation, beside the run's own events.
using Evaluated = std::function<void(std::uint64_t step, double score, bool best, const train::Evaluation& evaluation)>;
/// Writes the model that a run came to.
using WriteModel = std::function<void(const train::RunResult& result)>;

/// Makes the run; at its end the model is written, and what was kept beside it is removed. Throws as
/// train::run_training(), and what `write` throws.
FinishedRun finish_run(train::Trainer& trainer, const KeptRun& kept, const train::RunOptions& options,
                       const std::optional<train::Evaluation>& evaluation, train::RunEvents events,
                       const Evaluated& evaluated, const WriteModel& write, const std::stop_token& stop);

}  // namespace mana::jobs
