#pragma once

#include <span>
#include <vector>

#include "mana/generate/options.h"

namespace mana::generate {

/// The tokens that must not follow some others, ascending, each once: the end before `min_length`, what completes a
/// row that never appears, and what would repeat n tokens.
std::vector<Token> forbidden_after(std::span<const Token> tokens, const Options& options, Token end);

}  // namespace mana::generate
