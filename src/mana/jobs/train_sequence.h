#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "mana/jobs/kept_run.h"
#include "mana/jobs/sequence_training.h"

namespace mana::jobs {

/// An encoder–decoder from parallel text to the folder that its training leaves.
struct TrainSequenceRunOptions {
  TrainSequenceOptions training;
  OutputMeasure measure = {};  ///< of the validation; none without a score
  KeptRun kept = {};
  std::size_t average_last = 0;  ///< not 0: the mean of the weights of so many last evaluations, not the best
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
  FinishedRun finished;
  std::size_t pairs = 0;
  std::size_t left_out = 0;  ///< pairs that are too long
  std::size_t weights = 0;
};

/// Throws OptionError, ArgumentError where the output must not be written, what the parts throw, and Cancelled where
/// the work stops before the first step; from then on it is kept, and the result says so.
TrainSequenceResult train_sequence(const TrainSequenceRunOptions& options, const TrainSequenceEvents& events = {},
                                   const std::stop_token& stop = {});

}  // namespace mana::jobs
