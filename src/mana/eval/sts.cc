#include "mana/eval/sts.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/eval/correlation.h"

namespace mana::eval {
namespace {

/// a · b / (‖a‖ ‖b‖), 0 when a vector has no direction.
double cosine(std::span<const float> a, std::span<const float> b) {
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += double{a[i]} * double{a[i]};
    bb += double{b[i]} * double{b[i]};
    ab += double{a[i]} * double{b[i]};
  }
  const double norms = std::sqrt(aa) * std::sqrt(bb);
  return norms == 0 ? 0 : ab / norms;
}

}  // namespace

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
        cosines.push_back(cosine(waiting, rows[row]));
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
