#pragma once

#include <string>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/resume_choice.h"
#include "mana/jobs/train_words.h"

namespace mana::cli {

/// What `mana train word2vec` was asked for.
struct WordTrainingOptions {
  std::vector<std::string> inputs;
  std::string output;
  ResumeChoice resume;
  bool json = false;
  jobs::TrainWordsOptions job;

  /// Describes the options and reads them; false when there is nothing more to do. Throws UsageError,
  /// jobs::OptionError.
  bool parse(Options& options);
  /// Throws IoError when the output could not be written, before hours of work are spent on it; ArgumentError when a
  /// file would be lost.
  void require_writable() const;
  /// Whether the output will hold the vectors of words' parts, where they are learnt: fastText's form alone does.
  bool keeps_subwords() const;
};

}  // namespace mana::cli
