#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "mana/cli/shell/options.h"
#include "mana/jobs/explain/shape_config.h"

namespace mana::cli {

/// Which shape a command works with: a model's sizes, without weights.
struct ShapeChoice {
  std::optional<std::string> shape;
  jobs::VocabularySizes sizes;

  /// --shape, --vocabulary and --target-vocabulary.
  void describe(Options& options);
  /// Throws UsageError, ArgumentError, IoError, FormatError.
  models::ShapeConfig read() const;
  /// For what does not depend on the vocabulary, whose size need not be known.
  models::ShapeConfig read_without_vocabulary() const;
};

}  // namespace mana::cli
