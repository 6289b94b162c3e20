#include "mana/eval/nearest_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "mana/base/errors.h"
#include "mana/nn/pooling.h"

namespace mana::eval {
namespace {

struct Hit {
  float similarity;
  std::uint32_t document;
};

bool better(const Hit& a, const Hit& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.document < b.document;
}

/// Σ term(a_i, b_i). Many sums side by side, which a compiler turns into vectors.
template <class Term>
float sum(std::span<const float> a, std::span<const float> b, const Term& term) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> sums = {};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += term(a[i + lane], b[i + lane]);
  }
  for (; i < a.size(); ++i) sums[0] += term(a[i], b[i]);
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
  }
  return sums[0];
}

/// Higher is more alike. Rows are of unit length already where the measure is the cosine.
float similarity(formats::Similarity measure, std::span<const float> a, std::span<const float> b) {
  switch (measure) {
    case formats::Similarity::cosine:
    case formats::Similarity::dot: return sum(a, b, [](float x, float y) { return x * y; });
    case formats::Similarity::euclidean:
      return -std::sqrt(sum(a, b, [](float x, float y) { return (x - y) * (x - y); }));
    case formats::Similarity::manhattan: return -sum(a, b, [](float x, float y) { return std::abs(x - y); });
  }
  return 0;
}

/// The best hits so far: a heap with the worst of them at its front.
class Shortlist {
 public:
  explicit Shortlist(std::size_t count) : count_(count) {}

  void offer(Hit hit) {
    if (std::isnan(hit.similarity)) hit.similarity = -std::numeric_limits<float>::infinity();  // NaN has no order
    if (hits_.size() == count_) {
      if (count_ == 0 || !better(hit, hits_.front())) return;
      std::ranges::pop_heap(hits_, better);
      hits_.back() = hit;
    } else {
      hits_.push_back(hit);
    }
    std::ranges::push_heap(hits_, better);
  }

  std::vector<std::uint32_t> documents() && {
    std::ranges::sort(hits_, better);
    std::vector<std::uint32_t> documents;
    documents.reserve(hits_.size());
    for (const Hit& hit : hits_) documents.push_back(hit.document);
    return documents;
  }

 private:
  std::size_t count_;
  std::vector<Hit> hits_;
};

engine::Embeddings unit_length(engine::Embeddings rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    nn::normalize(std::span(rows.values).subspan(row * rows.dimensions, rows.dimensions));
  }
  return rows;
}

void search(const engine::Embeddings& queries, const engine::Embeddings& documents, formats::Similarity measure,
            std::size_t begin, std::size_t end, std::span<Shortlist> best, const std::stop_token& stop) {
  constexpr std::size_t kBlock = 128;  // documents that stay in the cache while the queries pass by
  for (std::size_t first = 0; first < documents.size(); first += kBlock) {
    if (stop.stop_requested()) throw Cancelled("the search was cancelled");
    const std::size_t last = std::min(first + kBlock, documents.size());
    for (std::size_t query = begin; query < end; ++query) {
      for (std::size_t document = first; document < last; ++document) {
        best[query].offer(
            {similarity(measure, queries[query], documents[document]), static_cast<std::uint32_t>(document)});
      }
    }
  }
}

}  // namespace

std::vector<std::vector<std::uint32_t>> nearest_documents(const engine::Embeddings& queries,
                                                          const engine::Embeddings& documents,
                                                          formats::Similarity measure, std::size_t count, Team& team,
                                                          const std::stop_token& stop) {
  if (queries.dimensions != documents.dimensions) {
    throw ArgumentError(fmt::format("queries of {} dimensions cannot be compared with documents of {}",
                                    queries.dimensions, documents.dimensions));
  }
  if (measure == formats::Similarity::cosine) {
    return nearest_documents(unit_length(queries), unit_length(documents), formats::Similarity::dot, count, team, stop);
  }
  std::vector<Shortlist> best(queries.size(), Shortlist(count));
  team.run([&](unsigned thread) {
    const Part part = part_of(queries.size(), thread, team.size());
    search(queries, documents, measure, part.begin, part.end, best, stop);
  });
  std::vector<std::vector<std::uint32_t>> nearest;
  nearest.reserve(best.size());
  for (Shortlist& each : best) nearest.push_back(std::move(each).documents());
  return nearest;
}

}  // namespace mana::eval
