#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "mana/jobs/masked_training.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// An encoder from raw text to the folder that its pre-training leaves: a model of transformers with its heads, and an
/// encoder for train sentence.
struct TrainMaskedRunOptions {
  TrainMaskedOptions training;
  std::filesystem::path output = {};  ///< the folder of the new model; a checkpoint and the tokens stand beside it
  bool force = false;                 ///< replace the model that the folder holds
  bool resume = false;                ///< go on from the checkpoint, if there is one
  bool extend = false;                ///< also with other `epochs` or `max_steps`, at the rates of these
  bool keep_last = true;              ///< the last weights, not the best
  bool keep_checkpoint = false;       ///< that of the end, for a longer run to go on from
  std::uint64_t evaluate_every = 0;   ///< steps; 0: after each epoch
  std::uint64_t save_every = 0;       ///< steps; 0: by the clock only
  double save_minutes = 5;
  std::size_t patience = 0;  ///< not 0: stop after so many evaluations without a better loss
};

struct TrainMaskedEvents {
  MaskedTrainingEvents preparing = {};
  /// All is read and the first step is to come.
  std::function<void(const MaskedTraining&, const train::Trainer&)> prepared = [](const MaskedTraining&,
                                                                                  const train::Trainer&) {};
  train::RunEvents run = {};
  /// With what an evaluation found beside the loss.
  std::function<void(std::uint64_t step, double loss, bool best, const std::vector<train::Measure>&)> evaluated =
      [](std::uint64_t, double, bool, const std::vector<train::Measure>&) {};
};

struct TrainMaskedResult {
  train::RunResult run;           ///< where it was interrupted, nothing else is written
  std::uint64_t total_steps = 0;  ///< that the whole run has
  std::uint64_t tokens = 0;       ///< of an epoch, without special tokens
  std::size_t weights = 0;
  std::optional<train::MaskedScores> scores = {};  ///< of the last evaluation
  double seconds = 0;                              ///< of steps, evaluations and writing
};

/// The name of the file with the corpus's tokens.
std::filesystem::path tokens_path(const std::filesystem::path& output);

/// Throws OptionError, ArgumentError where the output must not be written, what the parts throw, and Cancelled where
/// the work stops before the first step; from then on it is kept, and the result says so.
TrainMaskedResult train_masked(const TrainMaskedRunOptions& options, const TrainMaskedEvents& events = {},
                               const std::stop_token& stop = {});

}  // namespace mana::jobs
