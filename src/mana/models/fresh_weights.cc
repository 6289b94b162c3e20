#include "mana/models/fresh_weights.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "mana/base/random.h"
#include "mana/base/xxh64.h"

namespace mana::models {

using autograd::Parameter;

void FreshWeights::operator()(const nn::Place&, const nn::EmbeddingTable& table) const {
  draw(*parts_.of(table).table, tables_);
}

void FreshWeights::operator()(const nn::Place&, const nn::LayerNorm& norm) const {
  const nn::TrainedNorm& trained = parts_.of(norm);
  std::ranges::fill(trained.gamma->values, 1.0f);
  if (norm.shift) std::ranges::fill(trained.beta->values, 0.0f);
}

void FreshWeights::operator()(const nn::Place&, const nn::Linear& linear) const {
  const nn::TrainedLinear& trained = parts_.of(linear);
  for (const Parameter* weights : trained.weights) {
    if (parts_.looks_up(weights)) continue;  // tied: it has the values of a table
    const float glorot = std::sqrt(2 / static_cast<float>(weights->rows + weights->columns));
    draw(*weights, matrices_.value_or(glorot));
  }
  for (const Parameter* bias : trained.biases) std::ranges::fill(bias->values, 0.0f);
}

/// Box and Muller 1958: √(-2 ln u) cos(2π v) of uniform u and v.
void FreshWeights::draw(const Parameter& parameter, float deviation) const {
  Random random(Random::key(seed_, xxh64(std::as_bytes(std::span(parameter.name)))));
  for (float& value : parameter.values) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    value = static_cast<float>(deviation * radius * std::cos(2 * std::numbers::pi * random.uniform()));
  }
}

}  // namespace mana::models
