#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "mana/kernels/dropout.h"
#include "mana/kernels/reach.h"
#include "mana/operations/operand.h"
#include "mana/operations/sequences.h"

namespace mana::operations {

/// Columns [first, first + count) of a matrix: those of all heads, one after the other.
template <class Value>
struct Columns {
  const Value& of;
  std::size_t first;
  std::size_t count;
};

/// What attention is computed from. Q has a row for each query; K and V one for each key; they may be columns of one
/// matrix, but share none. `bias` is [heads · places, keys] or null: what is added to the scores of a query at each
/// place among the keys of its text, the same for every text.
template <class Value>
struct QueryKeyValue {
  Columns<Value> q;
  Columns<Value> k;
  Columns<Value> v;
  const Value* bias = nullptr;
};

/// Whose queries attend to whose keys, text by text, and how many heads they have. The last query of a text stands at
/// the place of its last key, where there are no fewer keys than queries: a decoder's step has the reach of its whole
/// pass.
struct AttentionShape {
  Sequences queries;  ///< rows of Q
  Sequences keys;     ///< rows of K and V, as many texts
  std::size_t heads = 1;
  std::size_t key_heads = heads;  ///< a divisor of `heads`, which share them
  kernels::Reach reach = {};
  std::optional<float> divisor = {};  ///< of the scores, in place of √d_k
};

/// head_i = softmax(Q_i K_iᵀ / √d_k + B_i) V_i for every head of every text by itself, over the keys that each query
/// sees: Q [queries, heads · d_k], K [keys, key_heads · d_k], V [keys, key_heads · d_v] -> [queries, heads · d_v].
Tensor attend(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape, Use use = Use::value);
/// The same with dropout of the softmax's probabilities.
Tensor attend_dropped(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape,
                      const kernels::Dropout& dropout);

/// Of each matrix that Q, K and V are columns of once, where the first of them stands in it: zero in the columns that
/// none of them has. The others have no memory.
struct AttentionGradients {
  std::array<Tensor, 3> matrices;  ///< Q's, K's, V's
  Tensor bias;                     ///< where it is wanted
};

/// S = softmax(Q Kᵀ / √d_k + B),   P = dropout(S),   O = P V;
/// dV = Pᵀ dO,   dS = dropout(dO Vᵀ),   dA = S ∘ (dS - Σ_keys S ∘ dS),   dQ = dA K / √d_k,   dK = dAᵀ Q / √d_k,
/// dB = dA      S is made again.
AttentionGradients attend_gradient(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape,
                                   const kernels::Dropout& dropout, const Tensor& dout, bool wants_bias);

}  // namespace mana::operations
