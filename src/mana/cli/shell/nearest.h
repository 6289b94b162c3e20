#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mana::cli {

/// The candidate that `word` most likely was meant to be: the one with the fewest letters to insert, delete, replace or
/// swap with their neighbour, at most a third of the word. Nothing when none is that near.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace mana::cli
