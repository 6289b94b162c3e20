#pragma once

#include <cstdint>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/autograd/tape.h"
#include "mana/operations/cross_entropy.h"

namespace mana::autograd {

using operations::kIgnored;

/// The cross-entropy of softmax(x Wᵀ + b) over many classes, say the tokens of a vocabulary, with labels smoothed by ε:
///
///   l = x Wᵀ + b,   y_i = log Σ_k exp(l_ik) − (1 − ε) l_{i, c(i)} − ε / K Σ_k l_ik
///
/// x: [n, d], W: [K, d], b: [1, K] or null, `classes` [n] -> [n, 1], zero where the class is kIgnored. The mean over
/// those asked for is Σ y_i over their number. The logits [n, K] are never whole; products have the run's precision.
/// Gradients: reference/linear_cross_entropy.h; of W and b they are added to the parameters'. Throws ArgumentError for
/// a class that W does not have, for a number of classes other than n, and for a W whose gradient is of touched rows
/// alone (Parameter::sparse), since this one has all of them.
Variable linear_cross_entropy(Variable x, Parameter& weights, Parameter* bias, std::vector<std::uint32_t> classes,
                              float smoothing = 0);

}  // namespace mana::autograd
