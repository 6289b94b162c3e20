#pragma once

#include <cstdint>
#include <optional>

#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"
#include "mana/nn/parts.h"

namespace mana::models {

/// A visitor of nn::walk() that gives parameters (models/parameters.h) their first values, for a model that is trained
/// from nothing: matrices and tables by chance, biases and shifts 0, scales of norms 1. A tensor's values depend on the
/// seed and its name alone.
class FreshWeights {
 public:
  /// Matrices and tables ~ N(0, deviation²) (Devlin et al. 2019, whose deviation is 0.02).
  FreshWeights(const nn::TrainedParts& parts, std::uint64_t seed, float deviation = 0.02f)
      : parts_(parts), seed_(seed), tables_(deviation), matrices_(deviation) {}

  /// Matrices ~ N(0, 2 / (inputs + outputs)) (Glorot and Bengio 2010, equation 12), tables ~ N(0, tables²).
  struct Glorot {
    float tables;
  };
  FreshWeights(const nn::TrainedParts& parts, std::uint64_t seed, Glorot glorot)
      : parts_(parts), seed_(seed), tables_(glorot.tables) {}

  void operator()(const nn::Place& place, const nn::EmbeddingTable& table) const;
  void operator()(const nn::Place& place, const nn::LayerNorm& norm) const;
  void operator()(const nn::Place& place, const nn::Linear& linear) const;

 private:
  void draw(const autograd::Parameter& parameter, float deviation) const;

  const nn::TrainedParts& parts_;
  std::uint64_t seed_;
  float tables_;
  std::optional<float> matrices_ = {};  ///< none: by their size
};

}  // namespace mana::models
