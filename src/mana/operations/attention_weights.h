#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mana/operations/attend.h"

namespace mana::operations {

/// The keys of one text, laid out so that the scores of a query with all of them are a sum of rows: Kᵀ [columns, keys].
class KeyColumns {
 public:
  /// Of rows [first, first + count) of K, whose values are f32.
  KeyColumns(const Columns<Tensor>& k, std::size_t first, std::size_t count);

  std::size_t count() const { return keys_; }

  /// Which columns are multiplied by a query, and how its scores are made of that.
  struct Head {
    std::size_t first;            ///< of its d_k columns
    std::size_t width;            ///< d_k
    float divisor;                ///< √d_k
    kernels::KeyRange seen;       ///< never empty
    const float* bias = nullptr;  ///< b_j of every key j, or null
  };
  /// p_j ← softmax_j(q · k_j / divisor + b_j) over the keys that are seen, 0 for the others      q: [d_k], p: [keys]
  void attend(const float* q, const Head& head, std::span<float> p) const;

 private:
  std::size_t keys_;
  std::vector<float> values_;
};

/// What the queries of a text look at. Each row sums to 1; keys that its query does not see have 0.
struct AttentionWeights {
  std::size_t heads = 0;
  std::size_t queries = 0;
  std::size_t keys = 0;
  kernels::Reach reach = {};  ///< query i sees reach.of(i, keys)
  std::vector<float> values;  ///< [heads, queries, keys]

  std::span<const float> row(std::size_t head, std::size_t query) const {
    return std::span(values).subspan((head * queries + query) * keys, keys);
  }
  kernels::KeyRange seen(std::size_t query) const { return reach.of(query, keys); }
};

/// P_i = softmax(Q_i K_iᵀ / √d_k + B_i) for every head of every text, which attend() makes on its way and does not keep
/// (Vaswani et al. 2017, equation 1): made again, in f32 and one sum after the other. Q and K are values, not operands
/// alone, as kernels without rounding leave them; V is not read.
std::vector<AttentionWeights> attention_weights(const Run& run, const QueryKeyValue<Tensor>& from,
                                                const AttentionShape& shape);

}  // namespace mana::operations
