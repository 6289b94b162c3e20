#pragma once

#include <span>
#include <vector>

#include "mana/generate/candidates.h"
#include "mana/nn/linear.h"

namespace mana::generate {

/// The tokens that are likeliest behind some states: l = x Wᵀ + b, log p = l − log Σ exp(l), the sum over the tokens
/// that are not forbidden.      x: [rows, model], W: [vocabulary, model]; a question and an answer for each row
/// The logits are made for some rows after the others and forgotten; a row's sums know nothing of the others.
void likeliest(const nn::Run& run, const Tensor& x, const nn::Linear& output, std::span<const Question> questions,
               std::vector<std::vector<Candidate>>& answers);

}  // namespace mana::generate
