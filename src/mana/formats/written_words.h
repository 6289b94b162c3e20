#pragma once

#include <string>

#include "mana/base/file.h"
#include "mana/formats/word_vectors.h"

namespace mana::formats {

/// Throws ArgumentError when there are no words, or one that the field's files cannot hold: an empty one, or one with
/// white space or a NUL.
void require_writable_words(const WordVectors& vectors);

/// Writes `bytes` and empties them once there are many, or at the `end`.
void write_full_block(AtomicFile& file, std::string& bytes, bool end);

}  // namespace mana::formats
