#pragma once

#include <cstdint>
#include <vector>

#include "mana/generate/options.h"

namespace mana::generate {

/// Why a hypothesis goes no further.
enum class Ending : std::uint8_t {
  end,    ///< it has said so itself
  limit,  ///< it has as many tokens as are let through, or none may follow
};

/// What was found to follow.
struct Hypothesis {
  std::vector<Token> tokens;   ///< without the one that ends it
  std::vector<float> steps;    ///< log p of each token, and of the end where it has said so itself
  double log_probability = 0;  ///< Σ log p of the tokens and of the end, where it has one
  double score = 0;            ///< what hypotheses are ranked by: log_probability / lengthᵅ, and the coverage
  Ending ending = Ending::end;
};

/// The better score first; of equal ones, the lower tokens.
inline bool ranked_before(const Hypothesis& a, const Hypothesis& b) {
  return a.score != b.score ? a.score > b.score : a.tokens < b.tokens;
}

}  // namespace mana::generate
