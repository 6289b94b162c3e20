#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "mana/base/progress.h"
#include "mana/jobs/stage.h"

namespace mana::cli {

/// Shows the stages of a job on a terminal, each on a line of its own after the one before.
class StageProgress {
 public:
  /// `descriptor` as of Progress.
  explicit StageProgress(int descriptor) : descriptor_(descriptor) {}

  void show(const jobs::Stage& stage);
  /// show() as what a job calls; the progress must live longer.
  jobs::StageEvent event() {
    return [this](const jobs::Stage& stage) { show(stage); };
  }
  /// To be called before something else is printed.
  void wipe();

 private:
  int descriptor_;
  std::mutex mutex_;
  std::string name_;
  std::uint64_t done_ = 0;
  std::optional<Progress> progress_;
};

}  // namespace mana::cli
