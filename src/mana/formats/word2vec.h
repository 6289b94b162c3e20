#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "mana/formats/word_vectors.h"

/// The two forms in which word2vec (Mikolov et al. 2013) writes vectors. Both begin with a line "words dimensions"; in
/// the text form, also fastText's `.vec`, every line is a word and its numbers (word_row.h); in the binary form every
/// word is followed by a space, its numbers as f32 and, mostly, a line end. GloVe's files (Pennington, Socher and
/// Manning 2014) are the text form without its first line.
///
/// A first line that is wrong by one word, and words that stand there twice, are read, and a note says so.
namespace mana::formats {

/// `name` stands for the file in messages, `owner` keeps its bytes. Throws FormatError that names the line.
WordVectors parse_word2vec_text(std::span<const std::byte> file, const std::string& name,
                                std::shared_ptr<const void> owner);
/// The same for the binary form; rows stay where they are. Throws FormatError that names the byte.
WordVectors parse_word2vec_binary(std::span<const std::byte> file, const std::string& name,
                                  std::shared_ptr<const void> owner);
/// GloVe's form, whose dimensions are those of most of its first thousand lines. Throws FormatError that names the
/// line.
WordVectors parse_glove(std::span<const std::byte> file, const std::string& name, std::shared_ptr<const void> owner);

/// Whether the first line is two whole numbers and nothing else.
bool has_word2vec_header(std::span<const std::byte> file);
/// Whether words and as many bytes of numbers as such a line says follow it, as far as the first 64 words. Throws
/// FormatError where the line cannot be true of the binary form.
bool is_word2vec_binary(std::span<const std::byte> file, const std::string& name);
/// Whether the first line, and most of the first thousand, are a word and numbers.
bool is_glove(std::span<const std::byte> file);

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
/// Throws FormatError when the line is not that, or `file` cannot hold so much, but for one word, where a number takes
/// `least` bytes.
Word2VecHeader parse_word2vec_header(std::span<const std::byte> file, const std::string& name, std::size_t least);
/// Adds a note where the vectors are not as many as the first line says.
void note_wrong_count(WordVectors& vectors, const Word2VecHeader& header);

}  // namespace mana::formats
