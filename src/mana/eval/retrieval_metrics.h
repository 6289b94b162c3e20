#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "mana/data/retrieval_set.h"

namespace mana::eval {

/// How many of the first documents each metric looks at.
struct RetrievalCutoffs {
  std::vector<std::size_t> hits = {1, 3, 5, 10, 100};  ///< accuracy, precision and recall
  std::vector<std::size_t> mrr = {10};
  std::vector<std::size_t> ndcg = {10};
  std::vector<std::size_t> map = {100};

  /// The deepest of all: how many documents a ranking needs.
  std::size_t deepest() const;
};

/// What a relevant document of grade g adds to nDCG. Where every grade is 1 they are the same.
enum class Gain {
  linear,       ///< g: trec_eval, and with it BEIR and MTEB
  exponential,  ///< 2^g − 1: of Burges et al. 2005 (learning to rank), which prefers the best documents more strongly
  binary,       ///< 1: sentence-transformers
};

/// Means over the queries, by cutoff k. With R the number of relevant documents of a query, rel_i = 1 when the
/// document at rank i is one of them, else 0, gain_i its gain (0 where it is not relevant) and best_i the gains of all
/// relevant documents in descending order:
///
///   accuracy    1 when any of rel_1 … rel_k is 1
///   precision   Σ rel_i / k
///   recall      Σ rel_i / R
///   MRR         1 / (rank of the first relevant document), 0 when it is beyond k
///   nDCG        Σ gain_i / log2(i + 1), over the same for a perfect ranking: Σ_{i ≤ min(R, k)} best_i / log2(i + 1)
///   MAP         Σ rel_i · precision@i / min(R, k)
///
/// These are the definitions of sentence-transformers, where relevance is yes or no in all but nDCG, and k stays k
/// where there are fewer documents.
struct RetrievalMetrics {
  using ByCutoff = std::map<std::size_t, double>;  ///< values 0 … 1

  std::size_t queries = 0;  ///< that count: something is relevant to them
  ByCutoff accuracy;
  ByCutoff precision;
  ByCutoff recall;
  ByCutoff mrr;
  ByCutoff ndcg;
  ByCutoff map;
};

/// `ranked`: for each query the numbers of the best documents, best first; `relevant`: those it should find, ascending.
/// Throws ArgumentError for lists of different length, a cutoff of 0, gains as require_summable does, or when nothing
/// is relevant to any query.
RetrievalMetrics retrieval_metrics(std::span<const std::vector<std::uint32_t>> ranked,
                                   std::span<const std::vector<data::Relevance>> relevant,
                                   const RetrievalCutoffs& cutoffs = {}, Gain gain = Gain::linear);

/// Throws ArgumentError where the gains of a query's documents have no finite sum: the exponential one doubles with
/// each grade.
void require_summable(std::span<const std::vector<data::Relevance>> relevant, Gain gain);

}  // namespace mana::eval
