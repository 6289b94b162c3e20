#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/mine/hard_negatives.h"
#include "mana/mine/mining_set.h"

namespace mana::mine {

/// What a row of mined data is:
///   triplet  anchor, positive, negative: one for each positive and negative of an anchor
///   tuple    anchor, positive, negative_1, …, negative_n: one for each positive, where all n negatives were found
///   pairs    label, sentence1, sentence2: for each anchor its positives with 1, then its negatives with 0
enum class RowKind { triplet, tuple, pairs };

/// The names of the columns. `negatives` is the n of a tuple.
std::vector<std::string> row_columns(RowKind kind, std::size_t negatives);

/// Calls `put` with the fields of each row, anchor by anchor.
void for_each_row(const MiningSet& set, const HardNegatives& mined, RowKind kind, std::size_t negatives,
                  const std::function<void(std::span<const std::string_view>)>& put);

/// The similarities of what stands in the rows: each pair of an anchor and a positive once; each negative once for each
/// of the anchor's positives (of tuples, where the row is complete), and by how much it is below the positive.
struct RowScores {
  std::vector<float> positive;
  std::vector<float> negative;
  std::vector<float> difference;
  std::size_t wanted = 0;  ///< negatives that there would be if none had been missing
};
RowScores row_scores(const HardNegatives& mined, RowKind kind, std::size_t negatives);

}  // namespace mana::mine
