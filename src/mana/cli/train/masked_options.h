#pragma once

#include <string>
#include <vector>

#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/train/course_options.h"
#include "mana/cli/train/kept_run_options.h"
#include "mana/jobs/train_masked.h"

namespace mana::cli {

/// What an encoder is pre-trained from and how, on the command line.
struct MaskedTrainingChoice {
  jobs::TrainMaskedOptions training;

  /// `long_ones`: whether the run may end with longer sequences.
  void describe(Options& options, bool long_ones = true);
  /// Once the options are read. Throws UsageError, jobs::OptionError.
  void settle(const Options& options);

  /// The files that were typed, by their options.
  std::vector<GivenPath> inputs() const;

 private:
  void describe_data(Options& options);
  void describe_model(Options& options);
  void describe_steps(Options& options);

  // As they were typed.
  std::vector<std::string> files_;
  std::string input_, tokenizer_, model_;
  ComputeOptions compute_;
  bool long_ones_ = true;
};

/// The same with its evaluations and what it leaves.
struct MaskedChoice {
  jobs::TrainMaskedRunOptions job;
  KeptRunChoice keeping;

  void describe(Options& options);
  /// Once the options are read. Throws UsageError, jobs::OptionError; ArgumentError where a file would be lost.
  void settle(const Options& options);

  /// What a TOML file of `mana train mlm` says, whether or not a training could begin with it. Throws UsageError,
  /// IoError.
  static jobs::TrainMaskedOptions in_file(const std::string& toml);

 private:
  MaskedTrainingChoice training_;
  bool keep_best_ = false;
};

}  // namespace mana::cli
