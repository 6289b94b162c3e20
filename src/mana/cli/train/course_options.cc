#include "mana/cli/train/course_options.h"

namespace mana::cli {

void describe_rates(Options& options, jobs::TrainingCourse& course, const std::string& batch_tokens,
                    NamedSchedules schedules) {
  options.option("--epochs", "N", "Passes over the data", course.epochs);
  options.option("--max-steps", "N", "Steps, whatever --epochs says; 0 for as many as epochs take", course.max_steps);
  options.option("--batch-tokens", "N", batch_tokens, course.batch_tokens, kAboveZero);
  options.option("--accumulate", "N", "Batches of a step", course.accumulate, kAboveZero);
  options.option("--rate", "X", "The highest learning rate", course.rate, {.least = 0, .above = 0});
  options.choice<train::ScheduleShape>("--schedule", "How it goes on after the warm-up", schedules, course.schedule);
  options.option("--warmup", "X", "Steps in which it rises: a share of all if below 1, else a number", course.warmup,
                 {.least = 0});
}

void describe_dropout(Options& options, jobs::TrainingCourse& course, const std::string& attention) {
  options.option("--dropout", "X", "Of what embeddings and layers give; else the model's, 0.1 of a new one",
                 course.dropout, kShare);
  options.option("--attention-dropout", "X", attention, course.attention_dropout, kShare);
}

void describe_updates(Options& options, jobs::TrainingCourse& course, const std::string& seed) {
  options.option("--beta1", "X", "How much Adam keeps of the mean of gradients", course.beta1, kShare);
  options.option("--beta2", "X", "And of the mean of their squares", course.beta2, kShare);
  options.option("--epsilon", "X", "What Adam adds to the root of that", course.epsilon, {.least = 0, .above = 0});
  options.option("--weight-decay", "X", "Of matrices, in each step times the learning rate", course.weight_decay,
                 {.least = 0});
  options.option("--clip", "X", "The largest norm of a gradient; 0 for any", course.clip, {.least = 0});
  options.option("--average", "X", "Keep a moving average of the weights with this decay, 0.999 say; 0 for none",
                 course.average, kShare);
  options.option("--seed", "N", seed, course.seed);
}

}  // namespace mana::cli
