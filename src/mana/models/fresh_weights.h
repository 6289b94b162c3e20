#pragma once

#include <cstdint>

#include "mana/nn/embedding.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"
#include "mana/nn/parts.h"

namespace mana::models {

/// A visitor of nn::walk() that gives parameters (models/parameters.h) their first values, for a model that is trained
/// from nothing: matrices and tables ~ N(0, deviation²), biases and shifts 0, scales of norms 1 (Devlin et al. 2019,
/// whose deviation is 0.02). A tensor's values depend on the seed and its name alone.
class FreshWeights {
 public:
  FreshWeights(const nn::TrainedParts& parts, std::uint64_t seed, float deviation = 0.02f)
      : parts_(parts), seed_(seed), deviation_(deviation) {}

  void operator()(const nn::Place& place, const nn::EmbeddingTable& table) const;
  void operator()(const nn::Place& place, const nn::LayerNorm& norm) const;
  void operator()(const nn::Place& place, const nn::Linear& linear) const;

 private:
  void draw(const autograd::Parameter& parameter) const;

  const nn::TrainedParts& parts_;
  std::uint64_t seed_;
  float deviation_;
};

}  // namespace mana::models
