#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/formats/word_vectors.h"
#include "mana/kernels/table.h"

namespace mana::models {

using formats::WordVectors;

struct Neighbour {
  std::size_t word = 0;
  float similarity = 0;  ///< the cosine
  bool operator==(const Neighbour&) const = default;
};

/// What a search through all words runs on.
struct WordSearch {
  Team& team;
  const kernels::Table& kernels;                                ///< of f32
  std::size_t among = std::numeric_limits<std::size_t>::max();  ///< only the first, most frequent words are searched
  std::stop_token stop = {};
};

/// For each query the `count` words (all, where there are fewer) whose vectors w have the largest cosine with it,
///
///   cos(q, w) = q·w / (‖q‖ ‖w‖),      queries: [queries, dimensions]
///
/// most similar first; equal ones in the order of the words. All are compared, whatever their number: the result is
/// exact, and the same for any number of threads. Throws ArgumentError for a part of a query, Cancelled once `stop` is
/// requested.
std::vector<std::vector<Neighbour>> nearest_words(const WordVectors& vectors, std::span<const float> queries,
                                                  std::size_t count, const WordSearch& search);

/// A + (b − a) for "a is to b as A is to …" with every word at unit length (3CosAdd: Mikolov, Yih and Zweig 2013).
/// All [dimensions].
std::vector<float> analogy_query(std::span<const float> a, std::span<const float> b, std::span<const float> other);

/// The words' vectors put together once and for all, so that those of n-grams are not added up for every search.
WordVectors composed(const WordVectors& vectors, Team& team);

}  // namespace mana::models
