#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "mana/jobs/fine_tuning.h"
#include "mana/jobs/kept_run.h"
#include "mana/jobs/training_evaluation.h"

namespace mana::jobs {

/// A fine-tuning from the first file to the folder that it leaves.
struct FineTuneRunOptions {
  FineTuneOptions training;
  EvaluationData evaluation = {};
  KeptRun kept = {};
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
  FinishedRun finished;
  std::size_t rows = 0;
  std::size_t truncated = 0;  ///< texts of which the model saw the beginning alone
  std::size_t left_out = 0;   ///< rows that no batch of the first epoch took
  std::vector<train::TokenRows> sets;
};

/// Throws OptionError, ArgumentError where the output must not be written, what the parts throw, and Cancelled where
/// the work stops before the first step; from then on it is kept, and the result says so.
FineTuneResult fine_tune(const FineTuneRunOptions& options, const FineTuneEvents& events = {},
                         const std::stop_token& stop = {});

}  // namespace mana::jobs
