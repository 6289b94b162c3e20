#include "mana/search/scan.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>

#include "mana/base/errors.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/search/hits.h"
#include "mana/search/products.h"
#include "mana/tensor/buffer.h"

namespace mana::search {
namespace {

constexpr std::size_t kBlock = 64;    // documents at a time, whose similarities stay in the cache
constexpr std::size_t kBatch = 1024;  // queries that all documents pass by at once

/// Documents [part.begin, part.end) against all queries:
///   S = X Qᵀ      X: [documents, dimensions], Q: [queries, dimensions] -> S: [documents, queries]
void scan_part(const DocumentSource& documents, Part part, const kernels::MatrixWeights& queries,
               const kernels::Table& kernels, std::span<Shortlist> best, const std::stop_token& stop) {
  const std::size_t dimensions = queries.inputs();
  Buffer<float> x(kBlock * dimensions);
  Products products(kernels, kBlock, dimensions, queries.outputs());
  for (std::size_t first = part.begin; first < part.end; first += kBlock) {
    if (stop.stop_requested()) throw Cancelled("the search was cancelled");
    const std::size_t count = std::min(kBlock, part.end - first);
    documents.read(first, count, x.data());
    const std::span<const float> similarities = products({{x.data(), count * dimensions}, dimensions}, queries);
    for (std::size_t i = 0; i < count; ++i) {
      const float* of_document = similarities.data() + i * queries.outputs();
      for (std::size_t query = 0; query < best.size(); ++query) {
        best[query].offer({of_document[query], static_cast<std::uint32_t>(first + i)});
      }
    }
  }
}

/// Up to kBatch queries, the first of which has this number.
std::vector<std::vector<Hit>> scan_batch(const DocumentSource& documents, const Vectors& queries,
                                         std::size_t first_query, std::size_t count, const kernels::Table& kernels,
                                         Team& team, const std::stop_token& stop) {
  kernels::MatrixWeights laid_out(queries.size(), queries.dimensions, kernels.layout);
  laid_out.set(0, queries.values, {});
  std::vector<Shortlists> best(team.size(), Shortlists(queries.size(), Shortlist(count)));
  team.run([&](unsigned thread) {
    const Part part = part_of(documents.size, thread, team.size());
    scan_part(documents, part, laid_out, kernels, best[thread], stop);
  });
  return hits_of(std::move(best), first_query);
}

}  // namespace

std::vector<std::vector<Hit>> scan(const DocumentSource& documents, const Vectors& queries, std::size_t count,
                                   const kernels::Table& kernels, Team& team, const std::stop_token& stop) {
  std::vector<std::vector<Hit>> nearest;
  nearest.reserve(queries.size());
  for (std::size_t first = 0; first < queries.size(); first += kBatch) {
    const Vectors batch = queries.rows(first, std::min(kBatch, queries.size() - first));
    std::ranges::move(scan_batch(documents, batch, first, count, kernels, team, stop), std::back_inserter(nearest));
  }
  return nearest;
}

}  // namespace mana::search
