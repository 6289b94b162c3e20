#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

#include "mana/base/team.h"
#include "mana/jobs/stage.h"
#include "mana/jobs/train_sequence_options.h"
#include "mana/models/transformer/trainable_transformer.h"
#include "mana/train/sequence/token_pairs.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

/// Told while a training is put together.
struct SequenceTrainingEvents {
  /// A parallel text was read, of which pairs with more than `most` tokens on a side were left out.
  std::function<void(const train::TokenPairs&, std::size_t most)> read = [](const train::TokenPairs&, std::size_t) {};
  StageEvent stage = [](const Stage&) {};
};

class SequenceTraining;

/// How good what a model writes is, measured every so often beside the cross-entropy.
struct OutputMeasure {
  std::string name;         ///< in the log: "bleu"
  std::uint64_t every = 0;  ///< steps: at the first evaluation after so many, again and again, and at the last one
  std::function<double(const SequenceTraining&, Team&, const std::stop_token&)> score;
};

/// Model, tokenizers and data of an encoder–decoder's training, put together.
class SequenceTraining {
 public:
  /// Reads and tokenizes everything. Throws OptionError as check(), what the parts throw, Cancelled.
  explicit SequenceTraining(const TrainSequenceOptions& options, const SequenceTrainingEvents& events = {},
                            const std::stop_token& stop = {});

  /// The cross-entropy of the validation's pairs, measured each `interval` steps; nothing where there are none. This
  /// and the trainer outlive it.
  std::optional<train::Evaluation> evaluation(const train::Trainer& trainer, const OutputMeasure& measure,
                                              std::uint64_t interval, const std::stop_token& stop);

  TranslatorTokenizers tokenizers;
  models::TrainableTransformer model;
  train::TokenPairs pairs;
  std::optional<train::TokenPairs> validation;
  train::RunIdentity identity;
  std::size_t weights = 0;  ///< that are trained or frozen, tied ones once

 private:
  void identify(const TrainSequenceOptions& options);

  std::size_t batch_tokens_;
  Team team_;
  std::vector<train::Measure> measured_;  // of the last evaluation
};

}  // namespace mana::jobs
