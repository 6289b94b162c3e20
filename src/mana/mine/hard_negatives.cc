#include "mana/mine/hard_negatives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "mana/base/errors.h"
#include "mana/kernels/table.h"
#include "mana/search/flat.h"
#include "mana/search/unit_length.h"

namespace mana::mine {
namespace {

using search::Hit;

void require_sense(const HardNegativeOptions& options, std::size_t to) {
  if (options.count == 0) throw ArgumentError("no negatives are asked for; at least 1 is needed");
  constexpr std::size_t kMost = std::size_t{1} << 32;  // texts have numbers of 32 bits
  if (options.count > kMost || options.from > kMost || to > kMost * 16) {
    throw ArgumentError("ranks and the number of negatives go up to 2^32; give less");
  }
  if (options.from >= to || options.count > to - options.from) {
    throw ArgumentError(
        fmt::format("ranks {} to {} have no place for {} negatives; widen the range", options.from, to, options.count));
  }
}

/// The conditions on one candidate's similarity, in the order in which they count.
class Filter {
 public:
  Filter(const HardNegativeOptions& options, float least_positive, SkippedCandidates& skipped)
      : options_(options), least_positive_(least_positive), skipped_(skipped) {}

  bool keeps(float s) const {
    const float p = least_positive_;
    if (options_.absolute_margin && s + *options_.absolute_margin > p) return ++skipped_.absolute_margin, false;
    if (options_.relative_margin && s > p - std::abs(p) * *options_.relative_margin) {
      return ++skipped_.relative_margin, false;
    }
    if (options_.max_score && s > *options_.max_score) return ++skipped_.max_score, false;
    if (options_.min_score && s < *options_.min_score) return ++skipped_.min_score, false;
    return true;
  }

 private:
  const HardNegativeOptions& options_;
  float least_positive_;
  SkippedCandidates& skipped_;
};

/// `count` of `hits` with equal probability, in their order. An anchor's draw depends on the seed and its own number.
std::vector<Hit> draw(std::vector<Hit> hits, std::size_t count, std::uint64_t seed, std::size_t anchor) {
  if (hits.size() <= count) return hits;
  std::seed_seq seeds = {seed & 0xFFFFFFFF, seed >> 32, static_cast<std::uint64_t>(anchor)};
  std::mt19937_64 random(seeds);
  std::vector<Hit> chosen;
  // Each is taken with the probability that still gives `count` of them (Knuth 3.4.2, algorithm S).
  for (std::size_t i = 0; i < hits.size() && chosen.size() < count; ++i) {
    if (random() % (hits.size() - i) < count - chosen.size()) chosen.push_back(hits[i]);
  }
  return chosen;
}

}  // namespace

std::size_t HardNegativeOptions::last_rank(const MiningSet& set) const {
  if (to) return *to;
  constexpr std::size_t kSpare = 10;  // candidates for each negative, where conditions may leave some out
  const bool conditions = absolute_margin || relative_margin || max_score;
  return from + count * (conditions ? kSpare : 1) + set.most_rows();
}

HardNegatives mine_hard_negatives(const MiningSet& set, const engine::Embeddings& anchors,
                                  const engine::Embeddings& corpus, search::Similarity measure,
                                  const HardNegativeOptions& options, Team& team, const std::stop_token& stop) {
  const std::size_t to = options.last_rank(set);
  require_sense(options, to);
  const std::vector<float> unit_anchors = search::unit_length({anchors.values, anchors.dimensions}, team);
  const std::vector<float> unit_corpus = search::unit_length({corpus.values, corpus.dimensions}, team);
  const search::Vectors queries{unit_anchors, anchors.dimensions}, documents{unit_corpus, corpus.dimensions};
  // Cosines are products of unit vectors.
  const bool product = !search::is_distance(measure);
  if (product) measure = search::Similarity::dot;
  const std::size_t width = to + set.most_rows();
  const search::Flat flat(documents, measure, kernels::table(kernels::choose_isa(options.isa)), team);
  auto nearest = flat.nearest(queries, width + 1, team, stop);  // 1: the anchor itself
  const auto score = [product](float similarity) { return product ? search::as_cosine(similarity) : similarity; };

  HardNegatives mined;
  for (std::size_t anchor = 0; anchor < queries.size(); ++anchor) {
    auto& positive = mined.positive.emplace_back();
    for (const std::uint32_t each : set.positives(anchor)) {
      positive.push_back(score(search::similarity(measure, queries[anchor], documents[each])));
    }
    const Filter filter(options, std::ranges::min(positive), mined.skipped);
    const std::optional<std::uint32_t> itself = set.itself(anchor);
    std::vector<Hit> left;
    std::size_t looked_at = 0;
    for (Hit& hit : nearest[anchor]) {
      hit.similarity = score(hit.similarity);
      if (hit.document == itself) continue;
      if (++looked_at > width) break;
      if (set.is_positive(anchor, hit.document)) continue;
      ++mined.candidates;
      if (filter.keeps(hit.similarity) && left.size() < to) left.push_back(hit);
    }
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(std::min(options.from, left.size())));
    if (options.sampling == Sampling::random) {
      left = draw(std::move(left), options.count, options.seed, anchor);
    } else if (left.size() > options.count) {
      left.resize(options.count);
    }
    mined.negatives.push_back(std::move(left));
  }
  return mined;
}

}  // namespace mana::mine
