#pragma once

#include <string>
#include <vector>

#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/resume_choice.h"
#include "mana/jobs/train_sequence.h"

namespace mana::cli {

/// What training an encoder–decoder takes on the command line.
struct SequenceChoice {
  jobs::TrainSequenceRunOptions job;
  ResumeChoice resume;
  bool json = false;
  std::uint64_t bleu_every = 0;

  void describe(Options& options);
  /// Once the options are read. Throws UsageError, jobs::OptionError; ArgumentError where a file would be lost.
  void settle(const Options& options);

 private:
  /// Files as they were typed.
  struct Names {
    std::string input, source, target;
    std::string validation, validation_source, validation_target;
    std::string model, tokenizer, source_tokenizer, target_tokenizer;
    std::string output;
  };

  void describe_data(Options& options);
  void describe_shape(Options& options);
  void describe_steps(Options& options);
  void describe_output(Options& options);
  void require_safe() const;

  Names names_;
  ComputeOptions compute_;
};

}  // namespace mana::cli
