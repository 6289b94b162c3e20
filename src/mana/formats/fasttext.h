#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "mana/formats/word_vectors.h"

/// fastText's `.bin` (version 12): the settings of training, the words with their counts, a matrix of the words' rows
/// and those of the n-gram buckets, and the matrix of the output layer.
namespace mana::formats {

/// Words, counts and the input matrix where they lie; the labels of a classifier are left out. `name` stands for the
/// file in messages, `owner` keeps its bytes. Throws FormatError that names the byte, also for a quantised model.
WordVectors parse_fasttext(std::span<const std::byte> file, const std::string& name, std::shared_ptr<const void> owner);
/// Whether it begins as such a file does.
bool is_fasttext(std::span<const std::byte> file);

/// How vectors were trained, as the file wants to know it.
struct FastTextTraining {
  enum class Loss : std::int32_t { hierarchical_softmax = 1, negative_sampling = 2 };
  enum class Model : std::int32_t { cbow = 1, skip_gram = 2 };
  std::int32_t window = 5;
  std::int32_t epochs = 5;
  std::int32_t minimum_count = 5;
  std::int32_t negatives = 5;
  Loss loss = Loss::negative_sampling;
  Model model = Model::skip_gram;
  double sample = 1e-4;
  std::uint64_t tokens = 0;                ///< of the corpus
  std::span<const std::byte> output = {};  ///< [words, dimensions] f32 of the output layer; empty: zeros
};

/// Throws IoError; ArgumentError where a word has no count or white space, or the output matrix has another size.
void write_fasttext(const std::filesystem::path& path, const WordVectors& vectors, const FastTextTraining& training);

}  // namespace mana::formats
