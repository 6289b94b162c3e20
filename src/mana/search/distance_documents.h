#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/search/shortlist.h"
#include "mana/search/similarity.h"
#include "mana/search/vectors.h"

namespace mana::search {

/// Documents that are compared by their distances from queries, in f32.
class DistanceDocuments {
 public:
  /// `measure`: euclidean or manhattan.
  DistanceDocuments(const Vectors& documents, Similarity measure);

  std::size_t blocks() const;
  /// Offers the documents of blocks [blocks.begin, blocks.end) to the list of each query.
  void search(Part blocks, const Vectors& queries, std::span<Shortlist> best, const std::stop_token& stop) const;

 private:
  std::vector<float> values_;
  std::size_t dimensions_;
  Similarity measure_;
};

}  // namespace mana::search
