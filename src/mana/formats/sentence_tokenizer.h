#pragma once

#include <cstddef>
#include <optional>

#include "mana/formats/sentence_folder.h"
#include "mana/text/tokenizer.h"

namespace mana::formats {

/// The tokenizer of a sentence-transformers folder, read as its encoder reads it: a transformer's by all that its
/// folder says (text::Tokenizer::load), a static embedding's from `tokenizer.json` alone. `vectors` is how many ids the
/// model has vectors for, where that is known. Throws as text::Tokenizer::load().
text::Tokenizer load_tokenizer(const SentenceFolder& folder, std::optional<std::size_t> vectors = {});

}  // namespace mana::formats
