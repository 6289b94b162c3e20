#pragma once

#include <vector>

#include "mana/nn/encoder_layer.h"
#include "mana/nn/test_layers.h"

namespace mana::nn {

/// An encoder layer with random maps and norms that neither scale nor shift.
inline EncoderLayer random_encoder_layer(const kernels::Table& kernels, std::size_t model, std::size_t inner,
                                         std::size_t heads) {
  const LayerNorm norm{std::vector<float>(model, 1.0f), std::vector<float>(model, 0.0f), 1e-5f};
  return {.attend = {random_linear(kernels, 3 * model, model, 1), random_linear(kernels, model, model, 3), heads},
          .attend_norm = {norm},
          .feed_forward = {random_linear(kernels, inner, model, 5), random_linear(kernels, model, inner, 7)},
          .feed_norm = {norm}};
}

}  // namespace mana::nn
