#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/engine/encoder.h"
#include "mana/train/training_run.h"

namespace mana::cli {

/// What a model is measured on while it is trained: one task at most.
struct EvaluationChoice {
  std::optional<std::string> sts, retrieval, pairs, triplet;

  void describe(Options& options);
  bool wanted() const { return sts || retrieval || pairs || triplet; }
  /// Adds the files and folders that are read.
  void add_to(std::vector<GivenPath>& inputs) const;
  /// Which task it is, and a sum of its data, as text. Throws IoError.
  std::string fingerprint() const;
  /// Reads the data; nothing where none were named. `encoder` outlives it. Throws UsageError for two tasks, and as the
  /// readers do.
  std::optional<train::Evaluation> load(const engine::Encoder& encoder, bool quiet, std::stop_token stop) const;
};

}  // namespace mana::cli
