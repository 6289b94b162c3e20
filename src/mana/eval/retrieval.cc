#include "mana/eval/retrieval.h"

#include <algorithm>

#include "mana/base/team.h"
#include "mana/eval/nearest_documents.h"

namespace mana::eval {
namespace {

/// Takes the document that has the query's id out of each ranking, which then holds at most `count`.
void leave_out(const std::vector<std::optional<std::uint32_t>>& namesakes,
               std::vector<std::vector<std::uint32_t>>& ranked, std::size_t count) {
  for (std::size_t query = 0; query < std::min(ranked.size(), namesakes.size()); ++query) {
    if (namesakes[query]) std::erase(ranked[query], *namesakes[query]);
    ranked[query].resize(std::min(ranked[query].size(), count));
  }
}

}  // namespace

RetrievalResult evaluate_retrieval(const engine::Encoder& queries, const engine::Encoder& documents,
                                   const data::RetrievalSet& set, const RetrievalOptions& options,
                                   const TextProgress& progress, const std::stop_token& stop) {
  require_summable(set.relevant, options.gain);
  const engine::Embeddings query_rows = embed_texts(queries, set.queries, progress, stop);
  const auto documents_progress = [&](std::size_t texts) {
    if (progress) progress(set.queries.size() + texts);
  };
  const engine::Embeddings document_rows = embed_texts(documents, set.documents, documents_progress, stop);
  Team team(documents.threads());
  const std::size_t deepest = options.cutoffs.deepest();
  const std::size_t spare = options.ignore_identical_ids ? 1 : 0;
  auto ranked =
      nearest_documents(query_rows, document_rows, documents.folder().similarity, deepest + spare, team, stop);
  if (options.ignore_identical_ids) leave_out(set.namesakes, ranked, deepest);
  return {.metrics = retrieval_metrics(ranked, set.relevant, options.cutoffs, options.gain),
          .documents = set.documents.size(),
          .truncated_queries = truncated_texts(query_rows),
          .truncated_documents = truncated_texts(document_rows)};
}

}  // namespace mana::eval
