#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"
#include "mana/engine/encoder.h"
#include "mana/kernels/isa.h"
#include "mana/mine/mining_set.h"
#include "mana/search/shortlist.h"
#include "mana/search/similarity.h"

/// Hard negatives: texts that a model finds alike to an anchor though they are not known to belong to it. To learn from
/// them teaches more than from texts at random; those that the model finds more alike than the positive, or nearly so,
/// may be positives that nobody labelled, and margins leave them out. Moreira et al. 2024, NV-Retriever,
/// arXiv:2407.15831.
namespace mana::mine {

enum class Sampling { top, random };

struct HardNegativeOptions {
  std::size_t count = 3;  ///< negatives for each anchor
  /// Ranks among the candidates that are left, from 0: those in [from, to) are taken. Without `to`, as many as the
  /// count, the other options and the positives make likely to be needed.
  std::size_t from = 0;
  std::optional<std::size_t> to = {};
  std::optional<float> absolute_margin = {};  ///< s ≤ p − margin, where p is the least similarity of a positive
  std::optional<float> relative_margin = {};  ///< s ≤ p − |p| margin
  std::optional<float> max_score = {};        ///< s ≤ max_score
  std::optional<float> min_score = {};        ///< s ≥ min_score
  Sampling sampling = Sampling::top;          ///< the most alike, or any with equal probability
  std::uint64_t seed = 0;                     ///< of the random ones
  std::optional<kernels::Isa> isa = {};       ///< the highest instruction set to compare with; none: what there is

  /// `to`, or what takes its place.
  std::size_t last_rank(const MiningSet& set) const;
};

/// How many candidates each condition left out; the first that does counts.
struct SkippedCandidates {
  std::size_t absolute_margin = 0;
  std::size_t relative_margin = 0;
  std::size_t max_score = 0;
  std::size_t min_score = 0;
};

struct HardNegatives {
  std::vector<std::vector<search::Hit>> negatives;  ///< [anchors], at most `count`, most alike first
  std::vector<std::vector<float>> positive;         ///< [anchors]: the similarity of each positive, in the set's order
  std::size_t candidates = 0;                       ///< that were looked at, beside the positives
  SkippedCandidates skipped;
};

/// `anchors` and `corpus` are the vectors of the set's texts, compared at unit length. The candidates of an anchor are
/// the nearest texts of the corpus that do not belong to it, as many as `last_rank` and the most rows of an anchor
/// together, less its positives among them. The choice is that of sentence-transformers' mine_hard_negatives; beyond it
/// an anchor that stands in the corpus is never its own negative. The same for any number of threads. Throws
/// ArgumentError when the options leave no negative to take, Cancelled once `stop` is requested.
HardNegatives mine_hard_negatives(const MiningSet& set, const engine::Embeddings& anchors,
                                  const engine::Embeddings& corpus, search::Similarity measure,
                                  const HardNegativeOptions& options, Team& team, const std::stop_token& stop = {});

}  // namespace mana::mine
