#pragma once

#include <cstddef>
#include <vector>

#include "mana/models/sentence/sentence_model.h"

namespace mana::models {

/// Vectors t_1 … t_n of a text's tokens whose mean is the text's vector up to its length.
struct TokenVectors {
  std::size_t first = 0;  ///< the token that t_1 is of: those of a prompt may be left out
  std::size_t dimensions = 0;
  std::vector<float> values;  ///< [n, dimensions]
};

/// t_i = A(x_i), where x_i are what is pooled and A is what the heads behind pooling do, which for a given text is an
/// affine map, so that it makes of the mean of x the mean of A(x):
///
///   Normalize      A(x) = x / ‖x̄‖
///   LayerNorm      A(x) = (x - mean(x)) / √(var(x̄) + ε) · γ + β
///   Dense          A(x) = x Wᵀ + b (+ x, or x Rᵀ), where no activation follows
///
/// Of `text`, a batch of one text with a token at least. Throws ArgumentError that names a pooling that is no mean, and
/// an activation.
TokenVectors token_vectors(const SentenceModel& model, const nn::Run& run, const nn::TokenBatch& text,
                           std::size_t prompt_tokens = 0);

}  // namespace mana::models
