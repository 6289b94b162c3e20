#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/data/parallel_text.h"
#include "mana/jobs/training_course.h"
#include "mana/jobs/translator_tokenizers.h"
#include "mana/models/transformer/config.h"
#include "mana/train/sequence/sequence_task.h"

namespace mana::jobs {

/// The shape of an encoder–decoder that is trained from nothing.
struct SequenceShape {
  enum class Positions : std::uint8_t { sinusoidal, trainable, none };
  /// Which tables of vectors are one: all (source, target and the logits' matrix), the target's and the logits', none.
  enum class Tie : std::uint8_t { all, target, none };

  std::size_t width = 256;
  std::size_t inner = 1024;  ///< of the feed-forward layers
  std::size_t heads = 4;
  std::size_t encoder_layers = 3;
  std::size_t decoder_layers = 3;
  kernels::Activation activation = kernels::Activation::relu;
  nn::NormPlace norm = nn::NormPlace::behind;
  Positions positions = Positions::sinusoidal;
  std::optional<std::size_t> neighbours = {};  ///< the encoder's tokens see so many on each side; none: all
  Tie tie = Tie::all;
  std::size_t most_tokens = 512;  ///< of a text

  /// Throws ArgumentError for what cannot be.
  models::TransformerConfig config(const TranslatorTokenizers& tokenizers) const;
  /// For vocabularies of so many tokens, whichever of them end a text.
  models::TransformerConfig config(std::size_t source_vocabulary, std::size_t target_vocabulary) const;
};

/// Data, model and loss of an encoder–decoder's training, and how weights are changed: as in the paper (Vaswani et al.
/// 2017, arXiv:1706.03762, section 5) unless other values are given.
struct TrainSequenceOptions {
  data::ParallelFiles data = {};
  std::optional<data::ParallelFiles> validation = {};
  std::optional<std::size_t> max_length = {};  ///< pairs with more tokens on a side are left out; none: the model's
  TokenizerChoice tokenizers = {};             ///< with `model` its weights, too, are what the training starts from
  SequenceShape shape = {};                    ///< of a model that starts from nothing

  TrainingCourse course = {.epochs = 10,  // dropout of a new model: 0.1, attention's 0
                           .rate = 1e-3,
                           .warmup = 4000,
                           .weight_decay = 0,
                           .beta2 = 0.98,
                           .epsilon = 1e-9,
                           .schedule = train::ScheduleShape::inverse_sqrt};
  double smoothing = 0.1;

  bool from_nothing() const { return tokenizers.model.empty(); }
  train::SequenceOptions sequence_options() const;
};

/// Throws OptionError for values that mean nothing, or do not go together.
void check(const TrainSequenceOptions& options);

/// Everything that decides a run's course but for its length and its data, by the names that checkpoints know it by.
std::vector<train::RunSetting> settings_of(const TrainSequenceOptions& options);

}  // namespace mana::jobs
