#include "mana/eval/nearest_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "mana/base/errors.h"
#include "mana/eval/cosine.h"
#include "mana/kernels/packed_linear.h"
#include "mana/kernels/table.h"
#include "mana/nn/pooling.h"
#include "mana/tensor/buffer.h"

namespace mana::eval {
namespace {

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

/// Minus the distance: higher is more alike.
float closeness(formats::Similarity measure, std::span<const float> a, std::span<const float> b) {
  if (measure == formats::Similarity::manhattan) return -sum(a, b, [](float x, float y) { return std::abs(x - y); });
  return -std::sqrt(sum(a, b, [](float x, float y) { return (x - y) * (x - y); }));
}

/// The best hits so far: a heap with the worst of them at its front. Similarities that are no finite number have no
/// order, so they are never hits.
class Shortlist {
 public:
  explicit Shortlist(std::size_t count) : count_(count) {}

  void offer(Hit hit) {
    if (!std::isfinite(hit.similarity)) {
      if (!without_order_) without_order_ = hit.document;
      return;
    }
    if (hits_.size() == count_) {
      if (count_ == 0 || !better(hit, hits_.front())) return;
      std::ranges::pop_heap(hits_, better);
      hits_.back() = hit;
    } else {
      hits_.push_back(hit);
    }
    std::ranges::push_heap(hits_, better);
  }

  /// The first document whose similarity was no finite number.
  std::optional<std::uint32_t> without_order() const { return without_order_; }

  std::vector<Hit> hits() && {
    std::ranges::sort(hits_, better);
    return std::move(hits_);
  }

 private:
  std::size_t count_;
  std::vector<Hit> hits_;
  std::optional<std::uint32_t> without_order_;
};

engine::Embeddings unit_length(engine::Embeddings rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    nn::normalize(std::span(rows.values).subspan(row * rows.dimensions, rows.dimensions));
  }
  return rows;
}

using Shortlists = std::vector<Shortlist>;

/// Every query against every document, by distance.
void search_by_distance(const engine::Embeddings& queries, const engine::Embeddings& documents,
                        formats::Similarity measure, Team& team, Shortlists& best, const std::stop_token& stop) {
  constexpr std::size_t kBlock = 128;  // documents that stay in the cache while the queries pass by
  team.run([&](unsigned thread) {
    const Part part = part_of(queries.size(), thread, team.size());
    for (std::size_t first = 0; first < documents.size(); first += kBlock) {
      if (stop.stop_requested()) throw Cancelled("the search was cancelled");
      const std::size_t last = std::min(first + kBlock, documents.size());
      for (std::size_t query = part.begin; query < part.end; ++query) {
        for (std::size_t document = first; document < last; ++document) {
          best[query].offer(
              {closeness(measure, queries[query], documents[document]), static_cast<std::uint32_t>(document)});
        }
      }
    }
  });
}

/// Every query against every document, by dot product: S = Q Dᵀ, some documents at a time as the weights of a linear
/// map.
void search_by_product(const engine::Embeddings& queries, const engine::Embeddings& documents, Team& team,
                       Shortlists& best, const std::stop_token& stop) {
  constexpr std::size_t kDocuments = 512;
  constexpr std::size_t kQueries = 64;
  const kernels::Table& kernels = kernels::table(kernels::choose_isa());
  const std::size_t width = queries.dimensions;
  for (std::size_t first = 0; first < documents.size(); first += kDocuments) {
    const std::size_t count = std::min(kDocuments, documents.size() - first);
    kernels::PackedLinear block(count, width, kernels.layout);
    block.set(0, std::span(documents.values).subspan(first * width, count * width), {});
    team.run([&](unsigned thread) {
      const Part part = part_of(queries.size(), thread, team.size());
      Buffer<float> similarities(std::min(kQueries, part.end - part.begin) * count);
      Buffer<std::byte> scratch(kernels.linear_scratch(kQueries, width));
      for (std::size_t begin = part.begin; begin < part.end; begin += kQueries) {
        if (stop.stop_requested()) throw Cancelled("the search was cancelled");
        const std::size_t rows = std::min(kQueries, part.end - begin);
        kernels.linear({.x = queries.values.data() + begin * width,
                        .rows = rows,
                        .weights = block,
                        .activation = kernels::Activation::identity,
                        .y = similarities.data(),
                        .first_panel = 0,
                        .last_panel = block.panel_count(),
                        .scratch = scratch.data()});
        for (std::size_t row = 0; row < rows; ++row) {
          for (std::size_t i = 0; i < count; ++i) {
            best[begin + row].offer({similarities.data()[row * count + i], static_cast<std::uint32_t>(first + i)});
          }
        }
      }
    });
  }
}

}  // namespace

std::vector<std::vector<Hit>> nearest_hits(const engine::Embeddings& queries, const engine::Embeddings& documents,
                                           formats::Similarity measure, std::size_t count, Team& team,
                                           const std::stop_token& stop) {
  if (queries.dimensions != documents.dimensions) {
    throw ArgumentError(fmt::format("queries of {} dimensions cannot be compared with documents of {}",
                                    queries.dimensions, documents.dimensions));
  }
  if (measure == formats::Similarity::cosine) {
    auto nearest =
        nearest_hits(unit_length(queries), unit_length(documents), formats::Similarity::dot, count, team, stop);
    for (auto& hits : nearest) {
      for (Hit& hit : hits) hit.similarity = as_cosine(hit.similarity);
    }
    return nearest;
  }
  Shortlists best(queries.size(), Shortlist(count));
  if (measure == formats::Similarity::dot) {
    search_by_product(queries, documents, team, best, stop);
  } else {
    search_by_distance(queries, documents, measure, team, best, stop);
  }
  for (std::size_t query = 0; query < best.size(); ++query) {
    if (const auto document = best[query].without_order()) {
      throw ArgumentError(
          fmt::format("the similarity of vector {} of the queries and vector {} of the documents is no finite number, "
                      "so nothing can be ranked by it; check the model with mana verify",
                      query + 1, *document + 1));
    }
  }
  std::vector<std::vector<Hit>> nearest;
  nearest.reserve(best.size());
  for (Shortlist& each : best) nearest.push_back(std::move(each).hits());
  return nearest;
}

std::vector<std::vector<std::uint32_t>> nearest_documents(const engine::Embeddings& queries,
                                                          const engine::Embeddings& documents,
                                                          formats::Similarity measure, std::size_t count, Team& team,
                                                          const std::stop_token& stop) {
  std::vector<std::vector<std::uint32_t>> nearest;
  for (const std::vector<Hit>& hits : nearest_hits(queries, documents, measure, count, team, stop)) {
    auto& numbers = nearest.emplace_back();
    for (const Hit& hit : hits) numbers.push_back(hit.document);
  }
  return nearest;
}

}  // namespace mana::eval
