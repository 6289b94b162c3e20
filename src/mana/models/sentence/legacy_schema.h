#pragma once

#include "mana/formats/sentence_folder.h"

namespace mana::models {

/// Rewrites what describes the model of a folder in the schema of sentence-transformers before 5.4, which every
/// version and other programs read: the modules' addresses, a pooling as one switch for each mode, and
/// max_seq_length. What that schema cannot say (poolings put together in an order of their own) stays as it is.
/// Throws IoError, FormatError.
void write_legacy_schema(const std::filesystem::path& folder);

}  // namespace mana::models
