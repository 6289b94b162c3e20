#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/jobs/fine_tuning.h"

namespace mana::cli {

/// What training a sentence encoder takes on the command line: model, data, loss and how weights are changed.
struct FineTuneChoice {
  ModelChoice model;
  ComputeOptions compute;
  std::string data, columns, label, freeze, score_range;
  std::optional<std::string> distance, matryoshka, teacher;
  bool deterministic = false;
  jobs::FineTuneOptions job;  ///< what of it the library takes as it is

  void describe(Options& options);
  /// Once the options are read: what is still text becomes part of the job. Throws UsageError, jobs::OptionError.
  void settle();
  /// The files and folders that are read.
  std::vector<GivenPath> files() const;

 private:
  void describe_loss(Options& options);
  void describe_steps(Options& options);
};

/// What is told of the model and of each file while a training of this `job` is put together; nothing when `quiet`.
jobs::FineTuningEvents telling_events(const jobs::FineTuneOptions& job, bool quiet, jobs::StageEvent stage);

}  // namespace mana::cli
