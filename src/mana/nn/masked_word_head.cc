#include "mana/nn/masked_word_head.h"

#include "mana/autograd/operations/linear_cross_entropy.h"

namespace mana::nn {

Variable MaskedWordHead::losses(const Training& training, Variable x, std::vector<std::uint32_t> words) const {
  const TrainedLinear& to_words = training.parts.of(decoder);
  Parameter* const bias = to_words.biases.empty() ? nullptr : to_words.biases.front();
  return autograd::linear_cross_entropy(states(training, x), *to_words.weights.front(), bias, std::move(words));
}

}  // namespace mana::nn
