#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

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

/// Means over the queries, by cutoff k. With R the number of relevant documents of a query and rel_i = 1 when the
/// document at rank i is one of them, else 0:
///
///   accuracy    1 when any of rel_1 … rel_k is 1
///   precision   Σ rel_i / k
///   recall      Σ rel_i / R
///   MRR         1 / (rank of the first relevant document), 0 when it is beyond k
///   nDCG        Σ rel_i / log2(i + 1), over the same for a perfect ranking: Σ_{i ≤ min(R, k)} 1 / log2(i + 1)
///   MAP         Σ rel_i · precision@i / min(R, k)
///
/// These are the definitions of sentence-transformers: relevance is yes or no, k stays k where there are fewer
/// documents.
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
/// Throws ArgumentError for lists of different length, a cutoff of 0, or when nothing is relevant to any query.
RetrievalMetrics retrieval_metrics(std::span<const std::vector<std::uint32_t>> ranked,
                                   std::span<const std::vector<std::uint32_t>> relevant,
                                   const RetrievalCutoffs& cutoffs = {});

}  // namespace mana::eval
