#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/options.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/train/losses/loss.h"
#include "mana/train/sentence_trainer.h"
#include "mana/train/token_rows.h"

namespace mana::cli {

/// What training a sentence encoder takes on the command line: model, data, loss and how weights are changed.
struct SentenceTrainingChoice {
  ModelChoice model;
  ComputeOptions compute;
  std::string data, columns, label;
  std::string loss = "mnr";
  std::optional<double> scale, margin;
  std::optional<std::string> distance, matryoshka, teacher;
  std::optional<std::size_t> mini_batch;
  bool symmetric = false;
  std::string score_range;

  std::size_t epochs = 1, max_steps = 0, batch = 32, batch_tokens = 0, accumulate = 1;
  bool round_robin = false;
  double rate = 2e-5, warmup = 0.1, decay = 0, clip = 1, average = 0, layer_decay = 1;
  train::ScheduleShape schedule = train::ScheduleShape::linear;
  bool sgd = false, lazy = false;
  std::string freeze;
  std::optional<double> dropout;
  std::optional<std::string> prompt;
  std::optional<std::size_t> max_tokens;
  std::uint64_t seed = 0;
  bool deterministic = false;

  void describe(Options& options);
  /// Throws UsageError for values that mean nothing.
  train::TrainerOptions trainer_options() const;
  /// The files and folders that are read.
  std::vector<GivenPath> files() const;
  /// Everything that decides a run's course but for its length, by the names of the options.
  std::vector<train::RunSetting> settings() const;
};

/// Model, data and loss, put together.
class SentenceTraining {
 public:
  /// Reads and tokenizes everything. Throws what the parts throw; Cancelled.
  SentenceTraining(const SentenceTrainingChoice& choice, bool quiet, std::stop_token stop);

  models::TrainableModel model;
  engine::Encoder encoder;  ///< of the same weights
  std::vector<train::TokenRows> sets;
  train::Classes classes;
  train::Loss loss;
  train::TrainerOptions options;
  train::RunIdentity identity;

 private:
  train::Loss make(const SentenceTrainingChoice& choice) const;
  void add_teacher(const SentenceTrainingChoice& choice, bool quiet, std::stop_token stop);
  void identify(const SentenceTrainingChoice& choice);
  void settle_parameters(const SentenceTrainingChoice& choice);
};

}  // namespace mana::cli
