#include "mana/compress/yardstick.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "mana/base/errors.h"
#include "mana/eval/correlation.h"

namespace mana::compress {
namespace {

constexpr std::size_t kNeighbours = 5;

}  // namespace

Yardstick::Yardstick(data::ScoredPairs judged) : expected_(std::move(judged.scores)), judged_(true) {
  if (expected_.size() < 2) throw ArgumentError("two pairs with judgements are needed at least");
  eval::require_different(expected_, "scores");
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    pairs_.emplace_back(static_cast<std::uint32_t>(2 * i), static_cast<std::uint32_t>(2 * i + 1));
    texts_.push_back(std::move(judged.first[i]));
    texts_.push_back(std::move(judged.second[i]));
  }
}

Yardstick::Yardstick(const engine::Encoder& uncompressed, std::vector<std::string> texts, const std::stop_token& stop)
    : texts_(std::move(texts)) {
  const engine::Embeddings rows = eval::embed_texts(uncompressed, texts_, {}, stop);
  pairs_ = pairs_of_all_kinds(rows, kNeighbours);
  if (pairs_.size() < 2) throw ArgumentError("three texts are needed at least");
  expected_ = cosines(pairs_, rows);
}

Worth Yardstick::measure(const engine::Encoder& encoder, const eval::TextProgress& progress,
                         const std::stop_token& stop) const {
  using Clock = std::chrono::steady_clock;
  constexpr double kLongEnough = 0.2;  // seconds
  double best = 0, all = 0;
  engine::Embeddings rows;
  while (all < kLongEnough) {
    const auto begin = Clock::now();
    rows = eval::embed_texts(encoder, texts_, progress, stop);
    const double seconds = std::max(std::chrono::duration<double>(Clock::now() - begin).count(), 1e-9);
    best = all == 0 ? seconds : std::min(best, seconds);
    all += seconds;
  }
  constexpr double kPoints = 100;
  const double rho = eval::spearman(cosines(pairs_, rows), expected_);
  // Cosines that are all the same tell nothing.
  return {std::isnan(rho) ? 0 : kPoints * rho, static_cast<double>(texts_.size()) / best};
}

}  // namespace mana::compress
