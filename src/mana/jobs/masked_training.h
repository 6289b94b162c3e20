#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/jobs/stage.h"
#include "mana/jobs/train_masked_options.h"
#include "mana/models/masked/trainable_masked_model.h"
#include "mana/text/tokenizer.h"
#include "mana/train/masked/masked_task.h"
#include "mana/train/masked/validation.h"
#include "mana/train/training_run.h"

namespace mana::jobs {

class MaskedTraining;

/// Told while a training is put together.
struct MaskedTrainingEvents {
  StageEvent stage = [](const Stage&) {};
  /// The corpus is there as tokens.
  std::function<void(const data::TokenizedCorpus&)> tokenized = [](const data::TokenizedCorpus&) {};
};

/// Model, tokenizer and batches of an encoder's pre-training, put together.
class MaskedTraining {
 public:
  /// Tokenizes the corpus into `tokens`, unless it is there. With `resumed` a file of another text or tokenizer is
  /// refused. Throws OptionError as check(), what the parts throw, Cancelled.
  MaskedTraining(const TrainMaskedOptions& options, const std::filesystem::path& tokens, bool resumed,
                 const MaskedTrainingEvents& events = {}, const std::stop_token& stop = {});

  /// The batches to learn from; what the trainer above it takes.
  train::MaskedTask& task() { return *task_; }
  /// To be called when the run's length is known: its last steps take long sequences.
  void plan(const TrainMaskedOptions& options, const train::Trainer& trainer);

  /// What an evaluation takes: of the documents that are held out, where there are some.
  const train::MaskedSource& validation() const { return validation_; }
  /// Of that; nothing where there are none. This and the trainer outlive it.
  std::optional<train::Evaluation> evaluation(const std::stop_token& stop);
  /// What the last evaluation found.
  const std::optional<train::MaskedScores>& scores() const { return scores_; }

  text::Tokenizer tokenizer;
  data::MaskVocabulary vocabulary;  ///< what cannot be masked is refused before anything is tokenized
  models::TrainableMaskedModel model;
  data::TokenizedCorpus corpus;
  train::RunIdentity identity;
  std::size_t weights = 0;  ///< tied ones once

  const data::MaskedBatches& batches() const { return *batches_; }
  const data::MaskedBatches* held_out() const { return held_out_.get(); }

 private:
  void identify(const TrainMaskedOptions& options);

  Team team_;
  std::unique_ptr<data::MaskedBatches> batches_, long_batches_, held_out_;
  std::unique_ptr<train::MaskedTask> task_;
  train::MaskedSource validation_;
  std::optional<train::MaskedScores> scores_;
};

/// The batches of a corpus, which outlive it.
train::MaskedSource source_of(const data::MaskedBatches& batches);

}  // namespace mana::jobs
