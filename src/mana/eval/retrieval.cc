#include "mana/eval/retrieval.h"

#include <algorithm>

#include "mana/base/team.h"
#include "mana/kernels/table.h"
#include "mana/search/flat.h"

namespace mana::eval {
namespace {

using Rankings = std::vector<std::vector<std::uint32_t>>;

/// For each query the `count` documents nearest to it. They are compared in f32, whatever the precision in which the
/// vectors were made: the model is measured, not the search.
Rankings nearest_documents(const engine::Embeddings& queries, const engine::Embeddings& documents,
                           const engine::Encoder& encoder, std::size_t count, const std::stop_token& stop) {
  Team team(encoder.threads());
  const search::Flat flat({documents.values, documents.dimensions}, encoder.folder().similarity,
                          kernels::table(encoder.isa()), team);
  Rankings ranked;
  for (const auto& hits : flat.nearest({queries.values, queries.dimensions}, count, team, stop)) {
    auto& numbers = ranked.emplace_back();
    for (const search::Hit& hit : hits) numbers.push_back(hit.document);
  }
  return ranked;
}

/// Takes the document that has the query's id out of each ranking, which then holds at most `count`.
void leave_out(const std::vector<std::optional<std::uint32_t>>& namesakes, Rankings& ranked, std::size_t count) {
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
  const std::size_t deepest = options.cutoffs.deepest();
  const std::size_t spare = options.ignore_identical_ids ? 1 : 0;
  Rankings ranked = nearest_documents(query_rows, document_rows, documents, deepest + spare, stop);
  if (options.ignore_identical_ids) leave_out(set.namesakes, ranked, deepest);
  return {.metrics = retrieval_metrics(ranked, set.relevant, options.cutoffs, options.gain),
          .documents = set.documents.size(),
          .truncated_queries = truncated_texts(query_rows),
          .truncated_documents = truncated_texts(document_rows)};
}

}  // namespace mana::eval
