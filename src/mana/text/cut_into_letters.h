#pragma once

#include <cstddef>
#include <string_view>

namespace mana::text {

/// Whether a text became about as many tokens as it has letters: its language is not one of those that the vocabulary
/// was made of. Texts of ASCII alone are never taken for such. Few letters tell nothing, nor do ideographs and kana,
/// each of which may well be a token. `tokens` are those of the text alone.
bool is_cut_into_letters(std::string_view text, std::size_t tokens);

}  // namespace mana::text
