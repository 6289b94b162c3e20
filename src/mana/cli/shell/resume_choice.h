#pragma once

#include <filesystem>

#include "mana/cli/shell/options.h"

namespace mana::cli {

/// Whether a job goes on from what an earlier one left. That there is nothing to go on from is a mistake, of a name
/// most likely, unless it was said that this may be.
struct ResumeChoice {
  bool resume = false, if_any = false;

  void describe(Options& options) {
    options.flag("--resume", "Go on from the checkpoint of a run that was interrupted", resume);
    options.flag("--resume-if-any", "The same where there is one; else start anew", if_any);
  }
  bool wanted() const { return resume || if_any; }

  /// Throws ArgumentError where `checkpoint` has to be there and is not, or is there and empty.
  void require(const std::filesystem::path& checkpoint) const;
};

}  // namespace mana::cli
