#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "mana/cli/model/target_guides.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/jobs/translate_file.h"

namespace mana::cli {

/// How `mana translate` was asked to search; what was not said is as the model's folder says.
struct SearchOptions {
  std::optional<std::size_t> beam, n_best, min_length, max_length, no_repeat_ngram, alignment_layer, alignment_head;
  std::optional<double> alpha, coverage, patience;
  bool sample = false;
  generate::Sampling sampling;

  void describe(Options& options);
  /// Throws UsageError for options that belong to --sample where that is not given.
  void check(const Options& options) const;
  generate::Options over(generate::Options defaults) const;
};

/// What `mana translate` was asked for.
struct TranslateOptions {
  TextInput input;
  ModelChoice model{""};
  ComputeOptions compute;
  SearchOptions search;
  TargetGuides guides;
  std::optional<std::string> output;
  std::optional<jobs::TranslationFormat> format;
  bool json = false;
  bool include_text = false;
  bool explain = false;
  bool resume = false;
  bool resume_if_any = false;
  bool force = false;

  void describe(Options& options);
  /// Throws UsageError for options that do not go together, ArgumentError when there is nothing to resume or a file
  /// would be lost that is to be read or is nothing of ours.
  void check(const Options& options) const;

  bool resuming() const { return resume || resume_if_any; }
  bool has_journal() const;
  generate::TranslatorOptions translator() const;
  /// What the library is asked for, where the folder says how to search.
  jobs::TranslateFileOptions job(const generate::Options& defaults) const;

 private:
  jobs::TranslationFormat chosen_format() const;
};

}  // namespace mana::cli
