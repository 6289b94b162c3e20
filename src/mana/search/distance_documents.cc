#include "mana/search/distance_documents.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "mana/base/errors.h"
#include "mana/search/lane_sums.h"

namespace mana::search {
namespace {

constexpr std::size_t kBlock = 128;  // documents that stay in the cache while the queries pass by

/// Σ term(a_i, b_i)
template <class Term>
float sum(std::span<const float> a, std::span<const float> b, const Term& term) {
  std::array<float, kLanes> sums = lane_sums(a, b, term);
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
  }
  return sums[0];
}

float closeness(Similarity measure, std::span<const float> a, std::span<const float> b) {
  if (measure == Similarity::manhattan) return -sum(a, b, [](float x, float y) { return std::abs(x - y); });
  return -std::sqrt(sum(a, b, [](float x, float y) { return (x - y) * (x - y); }));
}

}  // namespace

DistanceDocuments::DistanceDocuments(const Vectors& documents, Similarity measure)
    : values_(documents.values.begin(), documents.values.end()), dimensions_(documents.dimensions), measure_(measure) {}

std::size_t DistanceDocuments::blocks() const { return (Vectors{values_, dimensions_}.size() + kBlock - 1) / kBlock; }

void DistanceDocuments::search(Part blocks, const Vectors& queries, std::span<Shortlist> best,
                               const std::stop_token& stop) const {
  const Vectors documents{values_, dimensions_};
  for (std::size_t block = blocks.begin; block < blocks.end; ++block) {
    if (stop.stop_requested()) throw Cancelled("the search was cancelled");
    const std::size_t last = std::min((block + 1) * kBlock, documents.size());
    for (std::size_t query = 0; query < queries.size(); ++query) {
      for (std::size_t document = block * kBlock; document < last; ++document) {
        best[query].offer(
            {closeness(measure_, queries[query], documents[document]), static_cast<std::uint32_t>(document)});
      }
    }
  }
}

}  // namespace mana::search
