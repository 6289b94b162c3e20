#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mana/data/distinct_texts.h"
#include "mana/data/positive_pairs.h"

namespace mana::mine {

/// What negatives are mined for, and in: pairs with their repetitions taken out. Texts are compared byte by byte.
class MiningSet {
 public:
  /// Candidates are the texts of `corpus` (empty ones left out), then all positives; without a corpus, the positives.
  explicit MiningSet(const data::PositivePairs& pairs, std::span<const std::string> corpus = {});

  const data::DistinctTexts& anchors() const { return anchors_; }
  const data::DistinctTexts& corpus() const { return corpus_; }
  /// The positives of an anchor, as numbers in the corpus, in the order of the pairs, each once.
  std::span<const std::uint32_t> positives(std::size_t anchor) const { return positives_[anchor]; }
  /// The anchor itself as a number in the corpus, where it stands there.
  std::optional<std::uint32_t> itself(std::size_t anchor) const { return corpus_.find(anchors_[anchor]); }
  /// Whether a text of the corpus is one of the anchor's positives.
  bool is_positive(std::size_t anchor, std::uint32_t text) const;

  /// The pairs as they were given, repetitions included.
  std::size_t rows() const { return rows_; }
  /// The different pairs.
  std::size_t pairs() const { return pairs_; }
  /// The most rows that one anchor has.
  std::size_t most_rows() const { return most_rows_; }

 private:
  data::DistinctTexts anchors_;
  data::DistinctTexts corpus_;
  std::vector<std::vector<std::uint32_t>> positives_;
  std::size_t rows_ = 0;
  std::size_t pairs_ = 0;
  std::size_t most_rows_ = 0;
};

}  // namespace mana::mine
