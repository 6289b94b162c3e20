#pragma once

#include <string>
#include <vector>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/train/kept_run_options.h"
#include "mana/jobs/fine_tune.h"

namespace mana::cli {

/// What a fine-tuning is measured on while it runs, and what becomes of it.
struct FineTuneOutput {
  jobs::EvaluationData evaluation;
  KeptRunChoice keeping;
  std::string text_a = "sentence1", text_b = "sentence2";  ///< columns of scored or labelled pairs

  void describe(Options& options);
  /// Once the options are read: what names columns becomes part of the evaluation. Throws UsageError for options of an
  /// evaluation that was not asked for.
  void settle(const Options& options);
  /// Adds the files and folders that are read.
  void add_to(std::vector<GivenPath>& inputs) const;
};

/// Prints what became of it: a JSON object, or lines.
void print_result(const jobs::FineTuneResult& result, const FineTuneOutput& output);

}  // namespace mana::cli
