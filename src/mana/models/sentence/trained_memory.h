#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mana/models/sentence/sentence_model.h"
#include "mana/nn/trained_parts.h"
#include "mana/tensor/buffer.h"

namespace mana::models {

/// What a model's weights are made of while they change: two stretches of memory, one for all values and one for all
/// gradients, in which what one product writes lies side by side; and whose is what.
struct TrainedMemory {
  /// Where a parameter's tensor stands in files.
  struct Origin {
    std::filesystem::path folder;  ///< relative to the model's
    std::string tensor;
  };

  std::vector<autograd::Parameter> parameters;  ///< in the order of the checkpoint
  std::vector<Origin> origins;                  ///< [parameters]
  Buffer<float> values;
  Buffer<float> gradients;
  nn::TrainedParts parts;
};

/// Parameters for every part of a model without weights (make_sentence_model()), with the values of the folder's
/// ordinary files. The model's tables are looked up in that memory from now on, and keep it alive.
/// Throws IoError, FormatError.
std::shared_ptr<TrainedMemory> make_trained_memory(const formats::SentenceFolder& folder, SentenceModel& model);

}  // namespace mana::models
