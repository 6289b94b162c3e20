#pragma once

#include <optional>
#include <string>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/scored_pairs.h"
#include "mana/jobs/compress.h"

namespace mana::cli {

/// What `mana compress` is asked to do, and what it may cost.
struct CompressOptions {
  ModelChoice model;
  std::string output;
  std::optional<std::string> layers, levels;
  TextInput corpus;
  std::optional<std::string> data;
  data::PairColumns columns;
  bool json = false;
  jobs::CompressOptions job;  ///< what of it the library takes as it is

  void describe(Options& options);
  /// Once the options are read: what is still text becomes part of the job. Throws UsageError, jobs::OptionError.
  void settle(const Options& options);
};

}  // namespace mana::cli
