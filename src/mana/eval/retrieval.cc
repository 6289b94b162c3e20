#include "mana/eval/retrieval.h"

#include "mana/base/team.h"
#include "mana/eval/nearest_documents.h"

namespace mana::eval {

RetrievalResult evaluate_retrieval(const engine::Encoder& queries, const engine::Encoder& documents,
                                   const data::RetrievalSet& set, const RetrievalCutoffs& cutoffs,
                                   const TextProgress& progress, const std::stop_token& stop) {
  const engine::Embeddings query_rows = embed_texts(queries, set.queries, progress, stop);
  const auto documents_progress = [&](std::size_t texts) {
    if (progress) progress(set.queries.size() + texts);
  };
  const engine::Embeddings document_rows = embed_texts(documents, set.documents, documents_progress, stop);
  Team team(documents.threads());
  const auto ranked =
      nearest_documents(query_rows, document_rows, documents.folder().similarity, cutoffs.deepest(), team, stop);
  return {.metrics = retrieval_metrics(ranked, set.relevant, cutoffs),
          .documents = set.documents.size(),
          .truncated_queries = truncated_texts(query_rows),
          .truncated_documents = truncated_texts(document_rows)};
}

}  // namespace mana::eval
