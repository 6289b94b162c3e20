#pragma once

#include <cstddef>

#include "mana/cli/shell/options.h"

namespace mana::cli {

/// What is asked of the words that are near others.
struct NeighbourOptions {
  std::size_t count = 10;
  std::size_t among = 0;
  bool json = false;

  void describe(Options& options) {
    options.option("--count", "N", "How many words; 0: all", count);
    options.option("--among", "N", "Look among the first N words of the model only; 0: all", among);
    options.flag("--json", "Print JSON objects", json);
  }
};

}  // namespace mana::cli
