#pragma once

#include <filesystem>

#include "mana/formats/word_vectors.h"

/// `word_vectors.json` in the folder of a static embedding: how often its words stood in the corpus, and how their
/// vectors were trained, which neither the table nor the tokenizer says.
namespace mana::formats {

/// Writes what is known; nothing where there are no counts. Throws IoError.
void write_word_record(const std::filesystem::path& folder, const WordVectors& vectors);

/// Puts what the folder says into `vectors`, whose words are those of the tokenizer, and takes the token of unknown
/// words off their end. Nothing is done where there is no record, or one of another number of words. Throws IoError,
/// FormatError.
void read_word_record(const std::filesystem::path& folder, WordVectors& vectors);

}  // namespace mana::formats
