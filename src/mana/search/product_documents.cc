#include "mana/search/product_documents.h"

#include <algorithm>
#include <cstdint>

#include "mana/base/errors.h"
#include "mana/search/products.h"
#include "mana/search/unit_length.h"

namespace mana::search {
namespace {

constexpr std::size_t kBlock = 512;   // documents that stay in the second-level cache while the queries pass by
constexpr std::size_t kQueries = 64;  // whose similarities with a block stay there, too

}  // namespace

ProductDocuments::ProductDocuments(const Vectors& documents, bool unit, const kernels::Table& kernels, Team& team)
    : kernels_(kernels), blocks_((documents.size() + kBlock - 1) / kBlock) {
  team.run([&](unsigned thread) {
    std::vector<float> copy;
    const Part part = part_of(blocks_.size(), thread, team.size());
    for (std::size_t block = part.begin; block < part.end; ++block) {
      const std::size_t first = block * kBlock;
      Vectors rows = documents.rows(first, std::min(kBlock, documents.size() - first));
      if (unit) {
        copy.assign(rows.values.begin(), rows.values.end());
        normalize_rows(copy, rows.dimensions);
        rows.values = copy;
      }
      blocks_[block] = kernels::MatrixWeights(rows.size(), rows.dimensions, kernels.layout);
      blocks_[block].set(0, rows.values, {});
    }
  });
}

void ProductDocuments::search(Part blocks, const Vectors& queries, std::span<Shortlist> best,
                              const std::stop_token& stop) const {
  Products products(kernels_, std::min(kQueries, queries.size()), queries.dimensions, kBlock);
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    for (std::size_t begin = 0; begin < queries.size(); begin += kQueries) {
      if (stop.stop_requested()) throw Cancelled("the search was cancelled");
      const std::size_t rows = std::min(kQueries, queries.size() - begin);
      const std::size_t documents = blocks_[block].outputs();
      const std::span<const float> similarities = products(queries.rows(begin, rows), blocks_[block]);
      for (std::size_t row = 0; row < rows; ++row) {
        Shortlist& list = best[begin + row];
        for (std::size_t i = 0; i < documents; ++i) {
          list.offer({similarities[row * documents + i], static_cast<std::uint32_t>(block * kBlock + i)});
        }
      }
    }
  }
}

}  // namespace mana::search
