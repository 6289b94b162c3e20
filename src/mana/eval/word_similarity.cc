#include "mana/eval/word_similarity.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/eval/correlation.h"
#include "mana/eval/known_words.h"
#include "mana/search/similarity.h"

namespace mana::eval {

WordSimilarityResult evaluate_word_similarity(const formats::WordVectors& vectors,
                                              const std::vector<data::ScoredWords>& pairs, std::size_t among) {
  const KnownWords known(vectors, among);
  WordSimilarityResult result;
  std::vector<double> cosines, scores;
  std::vector<float> a(vectors.dimensions), b(vectors.dimensions);
  for (const data::ScoredWords& pair : pairs) {
    const auto first = known.find(pair.first);
    const auto second = known.find(pair.second);
    if (!first || !second) {
      ++result.unknown;
      continue;
    }
    vectors.read_vector(*first, a);
    vectors.read_vector(*second, b);
    cosines.push_back(search::cosine(a, b));
    scores.push_back(pair.score);
  }
  result.pairs = cosines.size();
  if (result.pairs < 2) {
    throw ArgumentError(
        fmt::format("of {} pairs of words {} are known; at least two are needed, so other words or a "
                    "larger model must be used",
                    pairs.size(), result.pairs));
  }
  require_different(scores, "scores of known pairs");
  require_different(cosines, "similarities");
  result.spearman = spearman(cosines, scores);
  result.pearson = pearson(cosines, scores);
  return result;
}

}  // namespace mana::eval
