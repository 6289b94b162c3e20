#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/data/pretraining/masked_batches.h"
#include "mana/data/pretraining/tokenized_corpus.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/train/checkpoint.h"
#include "mana/train/masked/masked_task.h"
#include "mana/train/schedule.h"
#include "mana/train/trainer.h"

namespace mana::jobs {

/// Data, model and course of an encoder's pre-training (Devlin et al. 2019, arXiv:1810.04805).
struct TrainMaskedOptions {
  data::Corpus corpus = {};
  std::filesystem::path tokenizer = {};  ///< the folder of one for a new model
  std::filesystem::path model = {};      ///< or that of a model to go on with, which has its own
  std::string shape = "mini";            ///< of a new model: models::shape_config()
  /// Pairs of texts, and a head that says whether the second one follows; none: as `model` has it, without for a new
  /// one.
  std::optional<bool> next_sentence = {};

  std::size_t length = 128;     ///< tokens of a sequence at most
  std::size_t long_length = 0;  ///< of the sequences at the run's end; 0: none
  double long_share = 0.1;      ///< of the steps that take them
  data::MaskRule masks = {};
  double held_out = 0.05;                   ///< share of the documents for the validation
  std::size_t validation_tokens = 200'000;  ///< that it takes at most; all where that is 0

  std::size_t epochs = 1, max_steps = 0, batch_tokens = 4096, accumulate = 1;
  double rate = 5e-4, warmup = 0.06, weight_decay = 0.01, clip = 1, average = 0;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6;
  train::ScheduleShape schedule = train::ScheduleShape::linear;
  std::optional<double> dropout = {}, attention_dropout = {};  ///< none: the model's; 0.1 for a new one
  std::uint64_t seed = 0;
  unsigned threads = 0;  ///< 0: one for each processor
  std::optional<kernels::Precision> precision = {};
  std::optional<kernels::Isa> isa = {};

  bool from_nothing() const { return model.empty(); }
  train::TrainerOptions trainer_options() const;
  train::MaskedTaskOptions task_options() const;
  /// Of sequences of this length.
  data::MaskedBatchOptions batch_options(std::size_t most_tokens, bool pairs) const;
};

/// Throws OptionError for values that mean nothing, or do not go together.
void check(const TrainMaskedOptions& options);

/// Everything that decides a run's course but for its length and its data, by the names that checkpoints know it by.
std::vector<train::RunSetting> settings_of(const TrainMaskedOptions& options);

}  // namespace mana::jobs
