#include "mana/cli/bench/training_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/train/fine_tune_options.h"

namespace mana::cli {

int bench_train(Options& options) {
  FineTuneChoice choice;
  choice.job.batch = 64;
  TrainingMeasurement measurement;
  measurement.describe(options);
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.job.max_steps = measurement.all_steps();
  choice.settle();

  jobs::FineTuning training(choice.job);
  measurement.run(training.task(), training.options);
  return 0;
}

}  // namespace mana::cli
