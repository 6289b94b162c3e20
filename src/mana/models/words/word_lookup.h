#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mana::models {

/// Where each of `wanted` first stands among `words`; nothing where it does not. One pass, without a table of all
/// words.
std::vector<std::optional<std::size_t>> find_words(std::span<const std::string_view> words,
                                                   std::span<const std::string> wanted);

/// Up to `count` of `words` that `word` may have been meant to be: those with the fewest letters to insert, delete,
/// replace or swap with their neighbour, at most a third of the word, capitals counting as small letters; of equally
/// near ones, the earliest.
std::vector<std::string> nearest_spellings(std::span<const std::string_view> words, std::string_view word,
                                           std::size_t count);

}  // namespace mana::models
