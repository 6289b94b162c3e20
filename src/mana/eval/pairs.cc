#include "mana/eval/pairs.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mana/data/distinct_texts.h"

namespace mana::eval {

PairsResult evaluate_pairs(const engine::Encoder& encoder, const data::LabelledPairs& pairs,
                           const TextProgress& progress, const std::stop_token& stop) {
  data::DistinctTexts texts;
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> second;
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    first.push_back(texts.add(pairs.first[pair]));
    second.push_back(texts.add(pairs.second[pair]));
  }
  const engine::Embeddings rows = embed_texts(encoder, texts.texts(), progress, stop);

  PairsResult result;
  result.pairs = pairs.size();
  result.positives = static_cast<std::size_t>(std::ranges::count(pairs.labels, 1));
  result.texts = texts.size();
  result.truncated = truncated_texts(rows);
  std::vector<float> similarities(pairs.size());
  for (const search::Similarity measure : search::kSimilarities) {
    for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
      similarities[pair] = search::similarity(measure, rows[first[pair]], rows[second[pair]]);
    }
    PairMetrics metrics = pair_metrics(similarities, pairs.labels);
    if (search::is_distance(measure)) {
      metrics.accuracy_threshold = 0 - metrics.accuracy_threshold;  // not −0
      metrics.f1_threshold = 0 - metrics.f1_threshold;
    }
    result.metrics[measure] = metrics;
  }
  return result;
}

}  // namespace mana::eval
