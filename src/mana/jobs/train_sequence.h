#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "mana/jobs/sequence_training.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// An encoder–decoder from parallel text to the folder that its training leaves.
struct TrainSequenceRunOptions {
  TrainSequenceOptions training;
  OutputMeasure measure = {};         ///< of the validation; none without a score
  std::filesystem::path output = {};  ///< the folder of the new model; a checkpoint stands beside it meanwhile
  bool force = false;                 ///< replace the model that the folder holds
  bool resume = false;                ///< go on from the checkpoint, if there is one
  bool extend = false;                ///< also with other `epochs` or `max_steps`, at the rates of these
  bool keep_last = false;             ///< the last weights, not the best
  std::size_t average_last = 0;       ///< not 0: the mean of the weights of so many last evaluations, not the best
  bool keep_checkpoint = false;       ///< that of the end, for a longer run to go on from
  std::uint64_t evaluate_every = 0;   ///< steps; 0: after each epoch
  std::uint64_t save_every = 0;       ///< steps; 0: by the clock only
  double save_minutes = 5;
  std::size_t patience = 0;  ///< not 0: stop after so many evaluations without a better cross-entropy
};

struct TrainSequenceEvents {
  SequenceTrainingEvents preparing = {};
  /// All is read and the first step is to come.
  std::function<void(const SequenceTraining&, const train::Trainer&)> prepared = [](const SequenceTraining&,
                                                                                    const train::Trainer&) {};
  train::RunEvents run = {};
  /// With what an evaluation found beside the cross-entropy.
  std::function<void(std::uint64_t step, double entropy, bool best, const std::vector<train::Measure>&)> evaluated =
      [](std::uint64_t, double, bool, const std::vector<train::Measure>&) {};
};

struct TrainSequenceResult {
  train::RunResult run;           ///< where it was interrupted, nothing else is written
  std::uint64_t total_steps = 0;  ///< that the whole run has
  std::size_t pairs = 0;
  std::size_t left_out = 0;  ///< pairs that are too long
  std::size_t weights = 0;
  double seconds = 0;  ///< of steps, evaluations and writing
};

/// Throws OptionError, ArgumentError where the output must not be written, what the parts throw, and Cancelled where
/// the work stops before the first step; from then on it is kept, and the result says so.
TrainSequenceResult train_sequence(const TrainSequenceRunOptions& options, const TrainSequenceEvents& events = {},
                                   const std::stop_token& stop = {});

}  // namespace mana::jobs
