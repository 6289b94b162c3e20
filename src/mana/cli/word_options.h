#pragma once

#include <cstddef>
#include <optional>

#include "mana/cli/options.h"

namespace mana::cli {

/// What is asked of the words that are near others.
struct NeighbourOptions {
  std::size_t count = 10;
  std::optional<std::size_t> among;
  bool json = false;

  void describe(Options& options) {
    options.option("--count", "N", "How many words", count);
    options.option("--among", "N", "Look among the first N words of the model only", among);
    options.flag("--json", "Print JSON objects", json);
  }
};

}  // namespace mana::cli
