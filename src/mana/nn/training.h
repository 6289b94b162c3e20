#pragma once

#include "mana/autograd/tape.h"
#include "mana/kernels/dropout.h"
#include "mana/nn/run.h"
#include "mana/nn/trained_parts.h"

namespace mana::nn {

using autograd::Variable;

/// Where dropout acts in a model and with what probability; each place in a pass has a mask of its own, a function of
/// the seed, the step and the place's number.
struct Masks {
  float hidden = 0;     ///< of what the embeddings and each layer's two halves give
  float attention = 0;  ///< of attention's probabilities
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::uint32_t site = 0;  ///< of the next place; a second pass on the same masks goes on from where the first ended

  kernels::Dropout next(float probability) { return {probability, kernels::dropout_key(seed, step, site++)}; }
};

/// What a forward pass that trains runs on where one that serves has a Run: every layer has an operator for either, and
/// what is put together of layers is written once for both.
struct Training {
  autograd::Tape& tape;
  const TrainedParts& parts;
  Masks& masks;

  const Run& run() const { return tape.run(); }
};

/// Adds to the gradient of a variable.
void add_gradient(const Training& training, Variable variable, Tensor gradient);

/// dropout(x) with the masks' hidden probability; x itself where that is zero, and where there is no training. Nobody
/// reads x after it: its value is released.
Variable drop(const Training& training, Variable x);
inline Tensor drop(const Run&, Tensor x) { return x; }

/// x once more, for a layer that takes the memory of what it is given.
Variable copy(const Training& training, Variable x);
Tensor copy(const Run& run, const Tensor& x);

/// Says that nobody reads x before its gradient is asked for: its value goes where it can be made again.
inline void release(const Variable& x) { x.release(); }
inline void release(const Tensor&) {}

/// y + x
Variable add(const Training& training, Variable y, Variable x);
Tensor add(const Run& run, Tensor y, const Tensor& x);

}  // namespace mana::nn
