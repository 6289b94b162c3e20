#include "mana/cli/bench/training_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/train/sequence_options.h"
#include "mana/jobs/sequence_training.h"
#include "mana/train/sequence/sequence_task.h"

namespace mana::cli {

int bench_train_seq2seq(Options& options) {
  SequenceTrainingChoice choice;
  TrainingMeasurement measurement;
  measurement.describe(options);
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.settle(options);
  choice.training.course.max_steps = measurement.all_steps();
  jobs::check(choice.training);

  jobs::SequenceTraining training(choice.training);
  train::SequenceTask task(training.model, training.pairs, choice.training.sequence_options());
  measurement.run(task, choice.training.course.trainer_options());
  return 0;
}

}  // namespace mana::cli
