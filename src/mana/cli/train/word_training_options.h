#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/resume_choice.h"
#include "mana/train/word2vec/corpus.h"
#include "mana/train/word2vec/options.h"

namespace mana::cli {

/// What `mana train word2vec` was asked for.
struct WordTrainingOptions {
  std::vector<std::string> inputs;
  std::string output;
  train::CorpusOptions corpus;
  train::WordTraining training;
  std::uint64_t checkpoint_seconds = 60;
  ResumeChoice resume;
  bool force = false;
  bool json = false;

  /// Describes the options and reads them; false when there is nothing more to do. Throws UsageError.
  bool parse(Options& options);
  std::vector<std::filesystem::path> input_files() const;
  /// Where training goes on from after it broke off.
  std::filesystem::path checkpoint() const { return output + ".checkpoint"; }
};

}  // namespace mana::cli
