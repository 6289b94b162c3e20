#pragma once

#include <cstddef>
#include <optional>

#include "mana/base/errors.h"
#include "mana/jobs/train_masked_options.h"
#include "mana/jobs/train_sequence_options.h"
#include "mana/models/shape/shape_of.h"

namespace mana::jobs {

/// The size of a vocabulary is not given, and there is no tokenizer to tell it.
class UnknownVocabulary : public ArgumentError {
 public:
  using ArgumentError::ArgumentError;
};

/// The sizes of vocabularies, where whoever asks says them: a shape has none without its tokenizers.
struct VocabularySizes {
  std::optional<std::size_t> vocabulary;
  std::optional<std::size_t> target_vocabulary;  ///< none: the same

  bool given() const { return vocabulary || target_vocabulary; }
};

/// The sizes of the model that a training would make, of the vocabularies of its tokenizers unless others are given.
/// Throws ArgumentError for what cannot be; UnknownVocabulary where neither sizes nor tokenizers are known.
models::ShapeConfig shape_config(const TrainSequenceOptions& training, const VocabularySizes& sizes);
models::ShapeConfig shape_config(const TrainMaskedOptions& training, const VocabularySizes& sizes);

}  // namespace mana::jobs
