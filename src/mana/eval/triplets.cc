#include "mana/eval/triplets.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "mana/base/errors.h"
#include "mana/data/distinct_texts.h"

namespace mana::eval {

TripletsResult evaluate_triplets(const engine::Encoder& queries, const engine::Encoder& documents,
                                 const data::Triplets& triplets, float margin, const TextProgress& progress,
                                 const std::stop_token& stop) {
  if (triplets.size() == 0) throw ArgumentError("there are no triplets to evaluate");
  if (queries.dimensions() != documents.dimensions()) {
    throw ArgumentError(fmt::format("anchors of {} dimensions cannot be compared with texts of {}",
                                    queries.dimensions(), documents.dimensions()));
  }
  data::DistinctTexts anchors;
  data::DistinctTexts others;
  struct Row {
    std::uint32_t anchor;
    std::uint32_t positive;
    std::uint32_t negative;
  };
  std::vector<Row> rows;
  rows.reserve(triplets.size());
  for (std::size_t i = 0; i < triplets.size(); ++i) {
    rows.push_back(
        {anchors.add(triplets.anchors[i]), others.add(triplets.positives[i]), others.add(triplets.negatives[i])});
  }
  const engine::Embeddings anchor_rows = embed_texts(queries, anchors.texts(), progress, stop);
  const auto others_progress = [&](std::size_t texts) {
    if (progress) progress(anchors.size() + texts);
  };
  const engine::Embeddings other_rows = embed_texts(documents, others.texts(), others_progress, stop);

  TripletsResult result;
  result.triplets = triplets.size();
  result.texts = anchors.size() + others.size();
  result.truncated = truncated_texts(anchor_rows) + truncated_texts(other_rows);
  for (const search::Similarity measure : search::kSimilarities) {
    std::size_t right = 0;
    for (const Row& row : rows) {
      const auto anchor = anchor_rows[row.anchor];
      const float positive = search::similarity(measure, anchor, other_rows[row.positive]);
      const float negative = search::similarity(measure, anchor, other_rows[row.negative]);
      if (!std::isfinite(positive) || !std::isfinite(negative)) {
        throw ArgumentError(fmt::format("a {} similarity is no finite number; check the model with mana verify",
                                        formats::name_of(measure)));
      }
      right += positive > negative + margin ? 1 : 0;
    }
    result.accuracy[measure] = static_cast<double>(right) / static_cast<double>(triplets.size());
  }
  return result;
}

}  // namespace mana::eval
