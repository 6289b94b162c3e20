#include "mana/base/temporary_folder.h"
#include "mana/cli/bench/training_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/train/masked_options.h"
#include "mana/jobs/masked_training.h"

namespace mana::cli {

int bench_train_mlm(Options& options) {
  MaskedTrainingChoice choice;
  TrainingMeasurement measurement;
  measurement.describe(options);
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.settle(options);
  choice.training.course.max_steps = measurement.all_steps();
  choice.training.held_out = 0;
  jobs::check(choice.training);

  const TemporaryFolder tokens;
  jobs::MaskedTraining training(choice.training, tokens / "corpus.tokens", false);
  measurement.run(training.task(), choice.training.course.trainer_options(),
                  [&](const train::Trainer& trainer) { training.plan(choice.training, trainer); });
  return 0;
}

}  // namespace mana::cli
