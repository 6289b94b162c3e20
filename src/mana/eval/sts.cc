#include "mana/eval/sts.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/eval/correlation.h"
#include "mana/search/similarity.h"

namespace mana::eval {

StsResult evaluate_sts(const engine::Encoder& encoder, const data::ScoredPairs& pairs, const TextProgress& progress,
                       std::stop_token stop) {
  require_different(pairs.scores, "scores");
  StsResult result;
  result.pairs = pairs.size();
  // The texts of a pair follow each other in one stream: first, second, first, second, …
  const auto source = [&, next = std::size_t{0}](std::string& text) mutable {
    if (next == 2 * pairs.size()) return false;
    text = next % 2 == 0 ? pairs.first[next / 2] : pairs.second[next / 2];
    ++next;
    return true;
  };
  std::vector<double> cosines;
  std::vector<float> waiting;  // the vector of a first text whose second comes with the next rows
  const auto sink = [&](std::size_t first, std::span<const std::string>, const engine::Embeddings& rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      result.truncated += rows.texts[row].truncated ? 1 : 0;
      if ((first + row) % 2 == 0) {
        waiting.assign(rows[row].begin(), rows[row].end());
      } else {
        cosines.push_back(search::cosine(waiting, rows[row]));
      }
    }
    if (progress) progress(first + rows.size());
  };
  encoder.stream(source, sink, std::move(stop));
  // Cosines that differ by their roundings alone say nothing.
  const auto [least, greatest] = std::ranges::minmax(cosines);
  constexpr double kRounding = 1e-6;
  if (greatest - least < kRounding) std::ranges::fill(cosines, least);
  result.spearman = spearman(cosines, pairs.scores);
  result.pearson = pearson(cosines, pairs.scores);
  return result;
}

}  // namespace mana::eval
