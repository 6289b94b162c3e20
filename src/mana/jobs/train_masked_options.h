#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/data/pretraining/masked_batches.h"
#include "mana/data/pretraining/tokenized_corpus.h"
#include "mana/jobs/training_course.h"
#include "mana/train/masked/masked_task.h"

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

  TrainingCourse course = {};  ///< dropout and attention's of a new model: 0.1

  bool from_nothing() const { return model.empty(); }
  train::MaskedTaskOptions task_options() const;
  /// Of sequences of this length.
  data::MaskedBatchOptions batch_options(std::size_t most_tokens, bool pairs) const;
};

/// Throws OptionError for values that mean nothing, or do not go together.
void check(const TrainMaskedOptions& options);

/// Everything that decides a run's course but for its length and its data, by the names that checkpoints know it by.
std::vector<train::RunSetting> settings_of(const TrainMaskedOptions& options);

}  // namespace mana::jobs
