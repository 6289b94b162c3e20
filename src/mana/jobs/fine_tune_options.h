#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mana/formats/sentence_folder.h"
#include "mana/jobs/training_evaluation.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/train/checkpoint.h"
#include "mana/train/losses/distance.h"
#include "mana/train/schedule.h"
#include "mana/train/sentence/sentence_task.h"
#include "mana/train/trainer.h"

namespace mana::jobs {

/// Model, data and loss of a fine-tuning, and how weights are changed.
struct FineTuneOptions {
  std::filesystem::path model;  ///< the folder of the model to start from
  std::string model_name = {};  ///< what people call it, for the card of the new one; else its folder's name
  std::optional<formats::PoolingMode> pooling = {};  ///< in place of the model's
  std::optional<std::string> prompt = {};
  std::optional<std::size_t> max_tokens = {};
  unsigned threads = 0;  ///< 0: one for each processor
  std::optional<kernels::Precision> precision = {};
  std::optional<kernels::Isa> isa = {};

  std::vector<std::string> data = {};     ///< files of rows
  std::vector<std::string> columns = {};  ///< of texts, in their order; else as their names say
  std::vector<std::string> label = {};    ///< of scores or classes
  std::string loss = "mnr";               ///< one of train::loss_names()
  std::optional<double> scale = {}, margin = {};
  std::optional<train::Distance> distance = {};
  std::vector<std::size_t> matryoshka = {};           ///< lengths of the vectors' beginnings that shall be useful, too
  std::optional<std::filesystem::path> teacher = {};  ///< the folder of the model whose vectors are learned (mse)
  std::optional<std::size_t> mini_batch = {};
  bool symmetric = false;
  std::optional<double> deletion = {};                        ///< share of a text's words left out (tsdae); none: 0.6
  std::optional<std::pair<double, double>> score_range = {};  ///< scores of this range are mapped to 0 … 1

  std::size_t epochs = 1, max_steps = 0, batch = 32, batch_tokens = 0, accumulate = 1;
  bool round_robin = false;
  double learning_rate = 2e-5, warmup = 0.1, weight_decay = 0, clip = 1, average = 0, layer_decay = 1;
  train::ScheduleShape schedule = train::ScheduleShape::linear;
  bool sgd = false;
  bool lazy = false;
  std::vector<std::string> freeze = {};  ///< embeddings, layers ("0-3"), or parts of tensors' names
  std::optional<double> dropout = {};
  std::uint64_t seed = 0;

  train::TrainerOptions trainer_options() const;
  train::SentenceOptions sentence_options() const;
};

/// Throws OptionError for values that mean nothing, or options that the loss does not heed.
void check(const FineTuneOptions& options);

/// Everything that decides a run's course but for its length, by the names that checkpoints know it by.
std::vector<train::RunSetting> settings_of(const FineTuneOptions& options);

}  // namespace mana::jobs
