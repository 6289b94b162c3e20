#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/table.h"
#include "mana/search/shortlist.h"
#include "mana/search/vectors.h"

namespace mana::search {

/// Documents that are compared by their products with queries: some at a time laid out as the weights of a linear map.
class ProductDocuments {
 public:
  /// Vectors of length 1 with `unit`, else as they are.
  ProductDocuments(const Vectors& documents, bool unit, const kernels::Table& kernels, Team& team);

  std::size_t blocks() const { return blocks_.size(); }
  /// Offers the documents of blocks [blocks.begin, blocks.end) to the list of each query.
  void search(Part blocks, const Vectors& queries, std::span<Shortlist> best, const std::stop_token& stop) const;

 private:
  const kernels::Table& kernels_;
  std::vector<kernels::MatrixWeights> blocks_;
};

}  // namespace mana::search
