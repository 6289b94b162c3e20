#pragma once

#include <string>
#include <vector>

#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/train/course_options.h"
#include "mana/cli/train/kept_run_options.h"
#include "mana/jobs/train_sequence.h"

namespace mana::cli {

/// What an encoder–decoder is trained from and how, on the command line.
struct SequenceTrainingChoice {
  jobs::TrainSequenceOptions training;

  void describe(Options& options);
  /// Once the options are read. Throws UsageError, jobs::OptionError.
  void settle(const Options& options);

  /// The files that were typed, by their options.
  std::vector<GivenPath> inputs() const;
  bool has_rows() const { return !names_.input.empty(); }

 private:
  /// As they were typed.
  struct Names {
    std::string input, source, target;
    std::string model, tokenizer, source_tokenizer, target_tokenizer;
  };

  void describe_data(Options& options);
  void describe_shape(Options& options);
  void describe_steps(Options& options);

  Names names_;
  ComputeOptions compute_;
};

/// The same with its evaluations and what it leaves.
struct SequenceChoice {
  jobs::TrainSequenceRunOptions job;
  KeptRunChoice keeping;
  std::uint64_t bleu_every = 0;

  void describe(Options& options);
  /// Once the options are read. Throws UsageError, jobs::OptionError; ArgumentError where a file would be lost.
  void settle(const Options& options);

  /// What a TOML file of `mana train seq2seq` says, whether or not a training could begin with it. Throws UsageError,
  /// IoError.
  static jobs::TrainSequenceOptions in_file(const std::string& toml);

 private:
  struct Names {
    std::string validation, validation_source, validation_target;
  };

  void describe_evaluation(Options& options);
  void require_safe() const;

  SequenceTrainingChoice training_;
  Names names_;
};

}  // namespace mana::cli
