#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "mana/cli/shell/options.h"
#include "mana/train/trainer.h"

namespace mana::cli {

/// How fast steps of training are, whatever the task.
struct TrainingMeasurement {
  std::size_t steps = 12;
  std::size_t warm_up = 2;
  bool json = false;

  void describe(Options& options);
  std::size_t all_steps() const { return steps + warm_up; }

  /// Runs the steps of a trainer, and prints what they took: rows and tokens a second, where the time goes, the share
  /// of the processor's peak. `prepare` is called before the first step.
  void run(train::Task& task, const train::TrainerOptions& settings,
           const std::function<void(const train::Trainer&)>& prepare = {}) const;

 private:
  bool profiled_ = false;
};

}  // namespace mana::cli
