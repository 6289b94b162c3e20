#pragma once

#include <span>
#include <vector>

#include "mana/generate/candidates.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/nn/run.h"

namespace mana::generate {

/// The tokens that are likeliest behind some states, by the map from states to logits:
///
///   l = x Wᵀ + b,   log p = l − log Σ exp(l), the sum over the tokens that are not forbidden
///
/// W is cut into blocks of tokens: a block's logits are made for all rows, looked at and forgotten while they are in
/// the cache; for a few rows the logits are made at once, which a team of threads shares. A row's sums go over the
/// blocks in order and know nothing of other rows.      x: [rows, model], W: [vocabulary, model]
class LikeliestTokens {
 public:
  /// Reads the map's weights where they are: it has to outlive this.
  explicit LikeliestTokens(const kernels::MatrixWeights& output);

  /// A question and an answer for each row. Throws FormatError where the logits are no numbers.
  void operator()(const nn::Run& run, const Tensor& x, std::span<const Question> questions,
                  std::vector<std::vector<Candidate>>& answers) const;

 private:
  const kernels::MatrixWeights& output_;
  std::vector<kernels::MatrixWeights> blocks_;
};

}  // namespace mana::generate
