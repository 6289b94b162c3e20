#pragma once

#include <algorithm>
#include <cstddef>
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
  /// [steps, source tokens]: how much each token, and the end where it has said so itself, looks at each token of the
  /// source. Where Options::alignment is wanted.
  std::vector<float> attention = {};
};

/// Which token of the source each step looks at most, the first of those alike; nothing without attention.
inline std::vector<std::size_t> alignment_of(const Hypothesis& found) {
  std::vector<std::size_t> alignment;
  if (found.attention.empty()) return alignment;
  const std::size_t source = found.attention.size() / found.steps.size();
  alignment.reserve(found.steps.size());
  for (auto row = found.attention.begin(); row != found.attention.end(); row += static_cast<std::ptrdiff_t>(source)) {
    const auto end = row + static_cast<std::ptrdiff_t>(source);
    alignment.push_back(static_cast<std::size_t>(std::max_element(row, end) - row));
  }
  return alignment;
}

/// The better score first; of equal ones, the lower tokens.
inline bool ranked_before(const Hypothesis& a, const Hypothesis& b) {
  return a.score != b.score ? a.score > b.score : a.tokens < b.tokens;
}

}  // namespace mana::generate
