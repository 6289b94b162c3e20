#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/train/checkpoint.h"
#include "mana/train/model_card.h"
#include "mana/train/schedule.h"
#include "mana/train/trainer.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// How a model is trained on batches of tokens, step by step, whatever it learns: how long, at which rates, by AdamW,
/// with what dropout and on which machine.
struct TrainingCourse {
  std::size_t epochs = 1, max_steps = 0, batch_tokens = 4096, accumulate = 1;
  double rate = 5e-4, warmup = 0.06, weight_decay = 0.01, clip = 1, average = 0;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6;
  train::ScheduleShape schedule = train::ScheduleShape::linear;
  std::optional<double> dropout = {}, attention_dropout = {};  ///< none: the model's
  std::uint64_t seed = 0;
  unsigned threads = 0;  ///< 0: one for each processor
  std::optional<kernels::Precision> precision = {};
  std::optional<kernels::Isa> isa = {};

  train::TrainerOptions trainer_options() const;

  /// Nothing given: the fastest of the machine, and what it computes fast in.
  kernels::Isa chosen_isa() const { return kernels::choose_isa(isa); }
  kernels::Precision chosen_precision() const { return precision.value_or(kernels::automatic_precision(chosen_isa())); }
  std::optional<float> hidden_dropout() const;
  std::optional<float> attention_dropout_share() const;
};

/// Throws OptionError for values that mean nothing.
void check(const TrainingCourse& course);
/// The same for a number that is to be a share, and not all.
void require_share(double value, std::string_view field);

/// Adds what decides the steps, but for how many they are, by the names that checkpoints know it by; and what chance
/// does. A run's identity has settings in their order, so that others may stand between.
void add_step_settings(const TrainingCourse& course, std::vector<train::RunSetting>& settings);
void add_chance_settings(const TrainingCourse& course, std::vector<train::RunSetting>& settings);

/// Adds to what a model's card says: how many tokens are a batch; optimiser, rates, decay and clipping; at the end in
/// which precision, from which seed, which weights were kept and how good they are.
void add_batch(const TrainingCourse& course, train::ModelCard& card);
void add_optimizer(const TrainingCourse& course, train::ModelCard& card);
void add_computing(const TrainingCourse& course, kernels::Precision precision, train::ModelCard& card);
void add_scores(const train::RunResult& result, train::ModelCard& card);

}  // namespace mana::jobs
