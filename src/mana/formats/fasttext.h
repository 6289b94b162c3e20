#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "mana/formats/word_vectors.h"

/// fastText's `.bin` (version 12): the settings of training, the words with their counts, a matrix of the words' rows
/// and those of the n-gram buckets, and the matrix of the output layer.
namespace mana::formats {

/// Words, counts, both matrices where they lie, and the settings; the labels of a classifier, its settings and its
/// output matrix are left out. `name` stands for the file in messages, `owner` keeps its bytes. Throws FormatError that
/// names the byte, also for a quantised model.
WordVectors parse_fasttext(std::span<const std::byte> file, const std::string& name, std::shared_ptr<const void> owner);
/// Whether it begins as such a file does.
bool is_fasttext(std::span<const std::byte> file);

/// With the vectors' own settings of training, or else the defaults of VectorTraining. Throws IoError; ArgumentError
/// where a word has no count or white space, or the output matrix has another size.
void write_fasttext(const std::filesystem::path& path, const WordVectors& vectors);

}  // namespace mana::formats
