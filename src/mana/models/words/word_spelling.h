#pragma once

#include <span>
#include <string>
#include <vector>

#include "mana/formats/word_vectors.h"

namespace mana::models {

/// Words as the model writes them: King as king where it knows no capitals, كتاب with Persian's ک where its words were
/// written so. A folder's tokenizer says how; a file says nothing, so that small letters and Persian's letters are
/// taken where all its words are written in them. Empty for a word that is none of one piece then. Throws IoError,
/// FormatError.
std::vector<std::string> spelled_as_trained(const formats::WordVectors& vectors, std::span<const std::string> words);

}  // namespace mana::models
