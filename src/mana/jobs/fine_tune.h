#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "mana/jobs/fine_tuning.h"
#include "mana/jobs/training_evaluation.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// A fine-tuning from the first file to the folder that it leaves.
struct FineTuneRunOptions {
  FineTuneOptions training;
  EvaluationData evaluation = {};
  std::filesystem::path output = {};  ///< the folder of the new model; a checkpoint stands beside it meanwhile
  bool force = false;                 ///< replace the model that the folder holds
  bool resume = false;                ///< go on from the checkpoint, if there is one
  bool extend = false;                ///< also with other `epochs` or `max_steps`, at the rates of these
  bool keep_last = false;             ///< the last weights, not the best
  bool keep_checkpoint = false;       ///< that of the end, for a longer run to go on from
  std::uint64_t evaluate_every = 0;   ///< steps; 0: after each epoch
  std::uint64_t save_every = 0;       ///< steps; 0: by the clock only
  double save_minutes = 5;
  std::size_t patience = 0;  ///< not 0: stop after so many evaluations without a better score
};

struct FineTuneEvents {
  FineTuningEvents preparing = {};
  std::function<void(const std::string&)> found_columns = [](const std::string&) {};  ///< of the evaluation, a sentence
  /// All is read and the first step is to come; no batch of the first epoch takes the rows `left_out`.
  std::function<void(const FineTuning&, const train::Trainer&, std::size_t left_out)> prepared =
      [](const FineTuning&, const train::Trainer&, std::size_t) {};
  /// A run's own; `metric` says what scores are of.
  train::RunEvents run = {};
  std::function<void(std::uint64_t step, double score, bool best, const std::string& metric)> evaluated =
      [](std::uint64_t, double, bool, const std::string&) {};
};

struct FineTuneResult {
  train::RunResult run;           ///< where it was interrupted, nothing else is written
  std::uint64_t total_steps = 0;  ///< that the whole run has
  std::size_t rows = 0;
  std::size_t truncated = 0;  ///< texts of which the model saw the beginning alone
  std::size_t left_out = 0;   ///< rows that no batch of the first epoch took
  std::vector<train::TokenRows> sets;
  double seconds = 0;  ///< of steps, evaluations and writing
};

/// Throws OptionError, ArgumentError where the output must not be written, what the parts throw, and Cancelled where
/// the work stops before the first step; from then on it is kept, and the result says so.
FineTuneResult fine_tune(const FineTuneRunOptions& options, const FineTuneEvents& events = {},
                         const std::stop_token& stop = {});

}  // namespace mana::jobs
