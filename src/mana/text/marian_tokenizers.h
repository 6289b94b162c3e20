#pragma once

#include <filesystem>

#include "mana/text/tokenizer.h"

namespace mana::text {

/// The two tokenizers of a translator: both give ids of a text with </s> behind it, and the text of ids.
struct MarianTokenizers {
  Tokenizer source;
  Tokenizer target;
};

/// Reads a folder of MarianMT: `source.spm` and `target.spm` with `vocab.json`, for separate vocabularies also
/// `target_vocab.json`, and `tokenizer_config.json`, as MarianTokenizer of transformers does where sacremoses, which
/// normalises punctuation for it, is not installed; or a folder with another tokenizer, which then is that of both
/// languages, or with a folder of one for each, `source` and `target`. A code of a language that begins a text,
/// ">>deu<<", is one token; one that the vocabulary lacks though it has others is an ArgumentError of whatever reads
/// the text. Throws IoError, FormatError.
MarianTokenizers read_marian_tokenizers(const std::filesystem::path& folder);

}  // namespace mana::text
