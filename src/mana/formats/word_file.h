#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "mana/formats/word_form.h"
#include "mana/formats/word_vectors.h"

namespace mana::formats {

/// In which form a file is, as word_format_of() says of its bytes. Throws IoError, FormatError.
WordFormat word_format_of(const std::filesystem::path& path);

/// The words and vectors of a file in any of the forms. It stays mapped: fastText's and NumPy's are open at once,
/// whatever their size; word2vec's binary form is read through the first time, and an index is left beside it, where it
/// can be, which makes the next time as quick; its text form and GloVe's are read and converted. Throws IoError,
/// FormatError.
WordVectors open_word_file(const std::filesystem::path& path);

/// The same of bytes that are in memory already, in any form but NumPy's, which is two files. `name` stands for the
/// file in messages, `owner` keeps its bytes. Throws FormatError.
WordVectors parse_word_file(std::span<const std::byte> file, const std::string& name,
                            std::shared_ptr<const void> owner);

}  // namespace mana::formats
