#pragma once

#include <string>
#include <string_view>

#include "mana/base/file.h"
#include "mana/formats/word_vectors.h"

namespace mana::formats {

/// Whether a file may hold the word, as far as reading goes: it is not empty, and no white space but spaces between its
/// parts ("new york"), nor NUL, is in it. What this forbids no writer writes and no reader takes.
bool is_readable_word(std::string_view word);

/// Throws ArgumentError when there are no words, or one that the field's files cannot hold: one that is not readable,
/// or has a space in it, which parts the words of most files.
void require_writable_words(const WordVectors& vectors);

/// Writes `bytes` and empties them once there are many, or at the `end`.
void write_full_block(AtomicFile& file, std::string& bytes, bool end);

}  // namespace mana::formats
