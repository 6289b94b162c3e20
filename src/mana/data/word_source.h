#pragma once

#include <filesystem>

#include "mana/formats/word_vectors.h"

namespace mana::data {

/// The words and vectors of a file, as formats::open_word_file() reads them; one that gzip or zstd has packed, told by
/// its first bytes, is unpacked into memory, up to 16 GiB, whatever the form in it (but NumPy's, which is two files).
/// Throws IoError, FormatError.
formats::WordVectors open_word_vectors(const std::filesystem::path& path);

}  // namespace mana::data
