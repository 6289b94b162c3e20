#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "mana/formats/word_vectors.h"

/// The two forms in which word2vec (Mikolov et al. 2013) writes vectors. Both begin with a line "words dimensions"; in
/// the text form, also fastText's `.vec`, every line is a word and its numbers; in the binary form every word is
/// followed by a space, its numbers as f32 and, mostly, a line end.
namespace mana::formats {

/// `name` stands for the file in messages, `owner` keeps its bytes. Throws FormatError that names the line.
WordVectors parse_word2vec_text(std::span<const std::byte> file, const std::string& name,
                                std::shared_ptr<const void> owner);
/// The same for the binary form; rows stay where they are. Throws FormatError that names the byte.
WordVectors parse_word2vec_binary(std::span<const std::byte> file, const std::string& name,
                                  std::shared_ptr<const void> owner);
/// Whether the first row is a line of numbers.
bool is_word2vec_text(std::span<const std::byte> file, const std::string& name);

/// Each word's vector, composed where the model composes them. Throws IoError; ArgumentError for a word with white
/// space, or none at all.
void write_word2vec_text(const std::filesystem::path& path, const WordVectors& vectors);
void write_word2vec_binary(const std::filesystem::path& path, const WordVectors& vectors);

/// What the first line says.
struct Word2VecHeader {
  std::size_t words;
  std::size_t dimensions;
  std::size_t end;  ///< behind the line
};
/// Throws FormatError when the line is not that, or `file` cannot hold so much where a number takes `least` bytes.
Word2VecHeader parse_word2vec_header(std::span<const std::byte> file, const std::string& name, std::size_t least);

}  // namespace mana::formats
