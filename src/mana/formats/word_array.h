#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "mana/formats/word_vectors.h"

/// Vectors as `<name>.npy` [words, dimensions] with their words in `<name>.vocab`: a word in each line and, in all or
/// none, its count behind a tab or space.
namespace mana::formats {

/// `name.vocab` beside `name.npy`.
std::filesystem::path vocabulary_path(const std::filesystem::path& array);

/// Words and counts alone; `name` stands for the file in messages. Throws FormatError that names the line.
WordVectors parse_vocabulary(std::span<const std::byte> file, const std::string& name);

/// Both files, mapped; elements other than f32 are converted. Throws IoError, FormatError.
WordVectors open_word_array(const std::filesystem::path& array);

/// Throws IoError; ArgumentError for a word with white space, or none at all.
void write_word_array(const std::filesystem::path& array, const WordVectors& vectors);

}  // namespace mana::formats
