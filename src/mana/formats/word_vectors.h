#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/formats/vector_training.h"

namespace mana::formats {

/// The rows of character n-grams that a word's vector is composed of, beside its own (Bojanowski et al. 2017):
/// all runs of `shortest` to `longest` code points of "<word>", each in the bucket of its hash.
struct Subwords {
  std::size_t shortest = 3;
  std::size_t longest = 6;
  std::size_t buckets = 0;                ///< at least one
  std::span<const std::byte> bytes = {};  ///< [buckets, dimensions] f32, at any address
};

/// Words and their vectors, most frequent word first where the counts are known. What a file holds stays where the
/// file is mapped: only the places of the words take memory.
struct WordVectors {
  std::vector<std::string_view> words = {};     ///< [words], UTF-8 if the file is; views of what `owner` keeps
  std::vector<std::uint64_t> counts = {};       ///< [words], or empty where a file does not say
  std::size_t dimensions = 0;                   ///< at least one
  std::span<const std::byte> bytes = {};        ///< where the rows lie, each `dimensions` f32 at any address
  std::vector<std::uint64_t> begins = {};       ///< [words], each row's first byte; empty: rows follow one another
  std::optional<Subwords> subwords = {};        ///< of a model that composes vectors of n-grams
  std::optional<VectorTraining> training = {};  ///< where it is known
  std::shared_ptr<const void> owner = {};       ///< keeps words and rows alive: a buffer or a mapped file
  std::string source = {};                      ///< the file, for messages; empty where they are of none
  std::vector<std::string> notes = {};          ///< what a person should know of the file, each a sentence

  std::size_t size() const { return words.size(); }
  // What is mapped is not read through when it is opened, so numbers are checked where they are used: all three throw
  // FormatError, which names the word, when one of them is nan or infinite.

  /// Puts the row of a word, as it is stored, into `row` [dimensions].
  void read_row(std::size_t word, std::span<float> row) const;
  /// Puts the vector of a word into `vector` [dimensions]: its row or, with sub-words, the mean of its row and those of
  /// its n-grams.
  void read_vector(std::size_t word, std::span<float> vector) const;
  /// The same for a word that is not among `words`: the mean of its n-grams' rows. False, and zeros, where there are
  /// none.
  bool compose(std::string_view word, std::span<float> vector) const;
};

/// The n-gram buckets of a word, as fastText counts them.
void append_buckets(std::string_view word, const Subwords& subwords, std::vector<std::uint32_t>& buckets);

}  // namespace mana::formats
