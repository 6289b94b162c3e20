#pragma once

#include <cstddef>
#include <stop_token>

#include "mana/data/retrieval_set.h"
#include "mana/engine/encoder.h"
#include "mana/eval/embed_texts.h"
#include "mana/eval/retrieval_metrics.h"

namespace mana::eval {

/// Retrieval: how well the documents nearest to a query, by the similarity of the model, are those that are relevant.
struct RetrievalResult {
  RetrievalMetrics metrics;
  std::size_t documents = 0;
  std::size_t truncated_queries = 0;  ///< some of the text did not reach the vector
  std::size_t truncated_documents = 0;
};

struct RetrievalOptions {
  RetrievalCutoffs cutoffs = {};
  Gain gain = Gain::linear;
  /// A document with the id of a query is not among those that the query finds, as in BEIR, whose sets have queries
  /// that are documents. Where it is judged relevant it stays to be found, and is not.
  bool ignore_identical_ids = false;
};

/// `queries` and `documents` are the model with the prompt of each; they may be one encoder. Progress counts queries,
/// then documents. Every document is compared with every query. Throws ArgumentError when the two give vectors of
/// different width, a similarity is no finite number, or gains are too large to be summed; Cancelled once `stop` is
/// requested.
RetrievalResult evaluate_retrieval(const engine::Encoder& queries, const engine::Encoder& documents,
                                   const data::RetrievalSet& set, const RetrievalOptions& options = {},
                                   const TextProgress& progress = {}, const std::stop_token& stop = {});

}  // namespace mana::eval
