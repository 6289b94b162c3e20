#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/engine/encoder.h"

namespace mana::eval {

/// A document that is among the nearest to a query.
struct Hit {
  float similarity = 0;  ///< higher is more alike
  std::uint32_t document = 0;

  bool operator==(const Hit&) const = default;
};

/// For each query the `count` most similar documents (all, where there are fewer), most similar first; equal
/// similarities in the order of the documents. Every pair is compared, in f32: the result is exact, and the same for
/// any number of threads. Throws ArgumentError for vectors of different width, or when a similarity is no finite number
/// and so has no place in an order; Cancelled once `stop` is requested.
std::vector<std::vector<Hit>> nearest_hits(const engine::Embeddings& queries, const engine::Embeddings& documents,
                                           formats::Similarity measure, std::size_t count, Team& team,
                                           const std::stop_token& stop = {});

/// The same without the similarities.
std::vector<std::vector<std::uint32_t>> nearest_documents(const engine::Embeddings& queries,
                                                          const engine::Embeddings& documents,
                                                          formats::Similarity measure, std::size_t count, Team& team,
                                                          const std::stop_token& stop = {});

}  // namespace mana::eval
