#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "mana/jobs/kept_run.h"
#include "mana/jobs/masked_training.h"

namespace mana::jobs {

/// An encoder from raw text to the folder that its pre-training leaves: a model of transformers with its heads, and an
/// encoder for train sentence.
struct TrainMaskedRunOptions {
  TrainMaskedOptions training;
  KeptRun kept = {.keep_last = true};  ///< the tokens stand beside its output, too
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
  FinishedRun finished;
  std::uint64_t tokens = 0;  ///< of an epoch, without special tokens
  std::size_t weights = 0;
  std::optional<train::MaskedScores> scores = {};  ///< of the last evaluation
};

/// The name of the file with the corpus's tokens.
std::filesystem::path tokens_path(const std::filesystem::path& output);

/// Throws OptionError, ArgumentError where the output must not be written, what the parts throw, and Cancelled where
/// the work stops before the first step; from then on it is kept, and the result says so.
TrainMaskedResult train_masked(const TrainMaskedRunOptions& options, const TrainMaskedEvents& events = {},
                               const std::stop_token& stop = {});

}  // namespace mana::jobs
