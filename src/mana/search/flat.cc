#include "mana/search/flat.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "mana/base/errors.h"
#include "mana/search/hits.h"
#include "mana/search/unit_length.h"

namespace mana::search {
namespace {

/// Fewer queries for each thread are not shared out, but the documents are.
constexpr std::size_t kFewQueries = 64;

std::variant<ProductDocuments, DistanceDocuments> documents_for(Similarity measure, const Vectors& documents,
                                                                const kernels::Table& kernels, Team& team) {
  if (is_distance(measure)) return DistanceDocuments(documents, measure);
  return ProductDocuments(documents, measure == Similarity::cosine, kernels, team);
}

}  // namespace

Flat::Flat(const Vectors& documents, Similarity measure, const kernels::Table& kernels, Team& team)
    : size_(documents.size()),
      dimensions_(documents.dimensions),
      measure_(measure),
      documents_(documents_for(measure, documents, kernels, team)) {}

std::vector<std::vector<Hit>> Flat::nearest(const Vectors& queries, std::size_t count, Team& team,
                                            const std::stop_token& stop) const {
  if (queries.dimensions != dimensions_) {
    throw ArgumentError(fmt::format("queries of {} dimensions cannot be compared with documents of {}",
                                    queries.dimensions, dimensions_));
  }
  const bool cosine = measure_ == Similarity::cosine;
  const std::vector<float> unit = cosine ? unit_length(queries, team) : std::vector<float>();
  const Vectors asked = cosine ? Vectors{unit, queries.dimensions} : queries;
  const std::size_t blocks = std::visit([](const auto& documents) { return documents.blocks(); }, documents_);
  const bool few = queries.size() < kFewQueries * team.size();
  std::vector<Shortlists> best(few ? team.size() : 1, Shortlists(queries.size(), Shortlist(count)));
  team.run([&](unsigned thread) {
    const Part part = part_of(few ? blocks : queries.size(), thread, team.size());
    const Part searched = few ? part : Part{0, blocks};
    const Part asking = few ? Part{0, queries.size()} : part;
    if (asking.begin == asking.end) return;
    const std::size_t asked_here = asking.end - asking.begin;
    std::visit(
        [&](const auto& documents) {
          documents.search(searched, asked.rows(asking.begin, asked_here),
                           std::span(best[few ? thread : 0]).subspan(asking.begin, asked_here), stop);
        },
        documents_);
  });
  std::vector<std::vector<Hit>> nearest = hits_of(std::move(best));
  for (auto& hits : nearest) {
    for (Hit& hit : hits) hit.similarity = cosine ? as_cosine(hit.similarity) : hit.similarity;
  }
  return nearest;
}

}  // namespace mana::search
