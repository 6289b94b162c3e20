#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "mana/formats/word_vectors.h"

namespace mana::formats {

enum class WordFormat { word2vec_text, word2vec_binary, fasttext, npy };

/// "word2vec text", …
std::string_view name_of(WordFormat format);
/// What is in the file, by its first bytes. Throws IoError; FormatError when it is none of these.
WordFormat word_format_of(const std::filesystem::path& path);

/// The words and vectors of a file in any of the forms. It stays mapped: fastText's and NumPy's are open at once,
/// whatever their size; word2vec's binary form is read through the first time, and an index is left beside it, where it
/// can be, which makes the next time as quick; its text form is read and converted. Throws IoError, FormatError.
WordVectors open_word_file(const std::filesystem::path& path);

}  // namespace mana::formats
