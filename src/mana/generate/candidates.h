#pragma once

#include <span>
#include <vector>

#include "mana/generate/options.h"

namespace mana::generate {

/// A token that may follow, with log p.
struct Candidate {
  Token token;
  double log_probability;

  bool operator==(const Candidate&) const = default;
};

/// What a search wants to know of one of its rows.
struct Question {
  std::size_t count;             ///< of the likeliest tokens, all there are where that is more
  std::vector<Token> forbidden;  ///< none of these, ascending: their probability is zero
};

/// What may follow a row, the likeliest first; of tokens that are as likely, the one with the lower number.
using Candidates = std::span<const Candidate>;

}  // namespace mana::generate
