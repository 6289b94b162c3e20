#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mana::formats {

/// How vectors of words were trained, in the terms of fastText's files.
struct VectorTraining {
  enum class Loss : std::int32_t { hierarchical_softmax = 1, negative_sampling = 2 };
  enum class Model : std::int32_t { cbow = 1, skip_gram = 2 };
  std::int32_t window = 5;
  std::int32_t epochs = 5;
  std::int32_t minimum_count = 5;
  std::int32_t negatives = 5;
  Loss loss = Loss::negative_sampling;
  Model model = Model::skip_gram;
  double sample = 1e-4;
  std::uint64_t tokens = 0;                ///< of the corpus
  std::span<const std::byte> output = {};  ///< [words, dimensions] f32 of the output layer; empty where it is not known
};

}  // namespace mana::formats
