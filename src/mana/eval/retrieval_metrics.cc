#include "mana/eval/retrieval_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "mana/base/errors.h"

namespace mana::eval {
namespace {

double gain_of(Gain gain, double grade) {
  switch (gain) {
    case Gain::linear: return grade;
    // Near 0 the difference would lose its digits; of whole grades exp2 is exact.
    case Gain::exponential: return grade < 1 ? std::expm1(grade * std::numbers::ln2) : std::exp2(grade) - 1;
    case Gain::binary: return 1;
  }
  return 0;
}

/// One query: where in its ranking the relevant documents are, and what all of them are worth.
struct Found {
  std::vector<std::size_t> ranks;  ///< from 1, ascending
  std::vector<double> gains;       ///< of the documents at these ranks
  std::vector<double> best;        ///< the gains of all relevant documents, descending
  std::size_t relevant = 0;

  std::size_t within(std::size_t k) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(ranks, k) - ranks.begin());
  }
};

Found find(std::span<const std::uint32_t> ranked, std::span<const data::Relevance> relevant, Gain gain) {
  Found found{{}, {}, {}, relevant.size()};
  for (const data::Relevance& each : relevant) found.best.push_back(gain_of(gain, each.grade));
  std::ranges::sort(found.best, std::greater<>());
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const auto at = std::ranges::lower_bound(relevant, ranked[i], {}, &data::Relevance::document);
    if (at == relevant.end() || at->document != ranked[i]) continue;
    found.ranks.push_back(i + 1);
    found.gains.push_back(gain_of(gain, at->grade));
  }
  return found;
}

double ratio(std::size_t part, std::size_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

double accuracy(const Found& found, std::size_t k) { return found.within(k) > 0 ? 1 : 0; }
double precision(const Found& found, std::size_t k) { return ratio(found.within(k), k); }
double recall(const Found& found, std::size_t k) { return ratio(found.within(k), found.relevant); }
double reciprocal_rank(const Found& found, std::size_t k) {
  return found.within(k) > 0 ? ratio(1, found.ranks.front()) : 0;
}

double discount(std::size_t rank) { return 1 / std::log2(static_cast<double>(rank) + 1); }

double ndcg(const Found& found, std::size_t k) {
  double gain = 0;
  for (std::size_t i = 0; i < found.within(k); ++i) gain += found.gains[i] * discount(found.ranks[i]);
  double perfect = 0;
  for (std::size_t rank = 1; rank <= std::min(found.relevant, k); ++rank)
    perfect += found.best[rank - 1] * discount(rank);
  return gain / perfect;
}

double average_precision(const Found& found, std::size_t k) {
  double sum = 0;
  for (std::size_t i = 0; i < found.within(k); ++i) sum += ratio(i + 1, found.ranks[i]);
  return sum / static_cast<double>(std::min(found.relevant, k));
}

RetrievalMetrics::ByCutoff mean(const std::vector<Found>& queries, const std::vector<std::size_t>& cutoffs,
                                double (*metric)(const Found&, std::size_t)) {
  RetrievalMetrics::ByCutoff means;
  for (const std::size_t k : cutoffs) {
    if (k == 0) throw ArgumentError("a retrieval metric needs a cutoff of at least 1");
    double sum = 0;
    for (const Found& found : queries) sum += metric(found, k);
    means[k] = sum / static_cast<double>(queries.size());
  }
  return means;
}

}  // namespace

std::size_t RetrievalCutoffs::deepest() const {
  std::size_t deepest = 0;
  for (const auto* each : {&hits, &mrr, &ndcg, &map}) {
    for (const std::size_t k : *each) deepest = std::max(deepest, k);
  }
  return deepest;
}

RetrievalMetrics retrieval_metrics(std::span<const std::vector<std::uint32_t>> ranked,
                                   std::span<const std::vector<data::Relevance>> relevant,
                                   const RetrievalCutoffs& cutoffs, Gain gain) {
  if (ranked.size() != relevant.size()) {
    throw ArgumentError(fmt::format("there are {} rankings, but judgements for {} queries; they must be as many",
                                    ranked.size(), relevant.size()));
  }
  require_summable(relevant, gain);
  std::vector<Found> queries;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (!relevant[i].empty()) queries.push_back(find(ranked[i], relevant[i], gain));
  }
  if (queries.empty()) throw ArgumentError("no query has a relevant document, so no retrieval metric is defined");
  return {.queries = queries.size(),
          .accuracy = mean(queries, cutoffs.hits, accuracy),
          .precision = mean(queries, cutoffs.hits, precision),
          .recall = mean(queries, cutoffs.hits, recall),
          .mrr = mean(queries, cutoffs.mrr, reciprocal_rank),
          .ndcg = mean(queries, cutoffs.ndcg, ndcg),
          .map = mean(queries, cutoffs.map, average_precision)};
}

void require_summable(std::span<const std::vector<data::Relevance>> relevant, Gain gain) {
  for (const std::vector<data::Relevance>& documents : relevant) {
    double sum = 0;
    double highest = 0;
    for (const data::Relevance& each : documents) {
      sum += gain_of(gain, each.grade);
      highest = std::max(highest, each.grade);
    }
    if (std::isfinite(sum)) continue;
    throw ArgumentError(
        fmt::format("the gains of a query's documents, whose grades go up to {}, are too large to be summed; take the "
                    "linear or the binary gain, or smaller grades",
                    highest));
  }
}

}  // namespace mana::eval
