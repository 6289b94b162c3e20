#pragma once

#include <optional>
#include <string>

#include "mana/cli/model/embedding_type_choice.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/jobs/embed_file.h"

namespace mana::cli {

/// What `mana embed` was asked for.
struct EmbedOptions {
  TextInput input;
  EncoderChoice model;
  std::optional<std::string> output;
  std::optional<jobs::EmbeddingFormat> format;
  EmbeddingTypeChoice type;
  bool json = false;
  bool include_text = false;
  bool resume = false;
  bool resume_if_any = false;
  bool force = false;

  void describe(Options& options);
  /// Throws UsageError for options that do not go together, ArgumentError when there is nothing to resume or a file
  /// would be lost that is to be read or is nothing of ours.
  void check() const;

  jobs::EmbeddingFormat chosen_format() const;
  bool resuming() const { return resume || resume_if_any; }
  bool has_journal() const;
  /// What the library is asked for, but for the ranges.
  jobs::EmbedFileOptions job() const;

 private:
  void require_safe_outputs(jobs::EmbeddingFormat chosen) const;
};

}  // namespace mana::cli
