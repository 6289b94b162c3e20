#pragma once

#include <cstddef>
#include <stop_token>
#include <variant>
#include <vector>

#include "mana/base/team.h"
#include "mana/kernels/table.h"
#include "mana/search/distance_documents.h"
#include "mana/search/product_documents.h"
#include "mana/search/shortlist.h"
#include "mana/search/similarity.h"
#include "mana/search/vectors.h"

namespace mana::search {

/// Exact search: each query is compared with every document. The documents are laid out once and stay so from call to
/// call; searches may run at once, each with a team of its own.
class Flat {
 public:
  /// Takes a copy of `documents`, for the instruction set and precision of `kernels`. Exact is what f32 finds: products
  /// (dot, cosine) in bf16 or int8 have the losses of these. Distances are in f32 everywhere.
  Flat(const Vectors& documents, Similarity measure, const kernels::Table& kernels, Team& team);

  std::size_t size() const { return size_; }
  std::size_t dimensions() const { return dimensions_; }

  /// For each query the `count` most similar documents (all, where there are fewer), most similar first; equal
  /// similarities in the order of the documents. The same for any number of threads, and whichever queries come
  /// together. Throws ArgumentError for queries of another width, or when a similarity is no finite number and so has
  /// no place in an order; Cancelled once `stop` is requested.
  std::vector<std::vector<Hit>> nearest(const Vectors& queries, std::size_t count, Team& team,
                                        const std::stop_token& stop = {}) const;

 private:
  std::size_t size_;
  std::size_t dimensions_;
  Similarity measure_;
  std::variant<ProductDocuments, DistanceDocuments> documents_;
};

}  // namespace mana::search
