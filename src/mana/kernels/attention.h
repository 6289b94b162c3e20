#pragma once

#include <cstddef>
#include <type_traits>

#include "mana/kernels/dropout.h"
#include "mana/kernels/reach.h"

namespace mana::kernels {

/// Where the queries, keys, values or results of one text stand: in some columns of a matrix, head after head, from
/// some row on.
template <class Float>
struct HeadRows {
  using Byte = std::conditional_t<std::is_const_v<Float>, const std::byte, std::byte>;

  Float* values = nullptr;  ///< the whole matrix [rows, columns]; unused where `rounded` is needed
  std::size_t columns = 0;  ///< of the matrix: how far its rows are apart
  std::size_t row = 0;      ///< the text's first
  std::size_t column = 0;   ///< the first head's first
  Byte* rounded = nullptr;  ///< the whole matrix in bf16 (Table::rounded)

  /// Where the first row of a head begins, each head having `width` columns; null where there are no values.
  Float* head(std::size_t index, std::size_t width) const {
    return values == nullptr ? nullptr : values + row * columns + column + index * width;
  }
};

/// What is added to the scores: `first[head · head_stride + query · query_stride + key]`, or nothing. Its steps let one
/// table [heads, longest, longest] serve texts of every length.
template <class Float>
struct AttentionBias {
  Float* first = nullptr;
  std::size_t head_stride = 0;
  std::size_t query_stride = 0;

  bool exists() const { return first != nullptr; }
  Float* row(std::size_t head, std::size_t query) const { return first + head * head_stride + query * query_stride; }
};

/// Attention of one text's queries to the keys that they can see, for heads [first_head, last_head):
///
///   O = dropout(softmax(Q Kᵀ / divisor + B)) V      Q: [queries, d_k], K: [keys, d_k], V: [keys, d_v], O: [queries,
///   d_v]
///
/// Head h attends to key head h / (heads / key_heads): with fewer of those, heads share them (Ainslie et al. 2023).
/// A key out of reach adds exactly nothing, not even where it is no number: the bits of a row of O depend on its query
/// and on the keys and values that it sees, in f32 wherever these stand; in bf16 also on the place of the first one
/// among all. A query that sees nothing becomes zero.
///
/// The dropout mask of a head is row q.row · heads + head, in which the queries' keys follow each other.
struct AttentionCall {
  HeadRows<const float> q;
  HeadRows<const float> k;
  HeadRows<const float> v;
  std::size_t queries;
  std::size_t keys;
  std::size_t heads;
  std::size_t key_heads;    ///< a divisor of `heads`
  std::size_t head_width;   ///< d_k
  std::size_t value_width;  ///< d_v
  float divisor;            ///< √d_k, or another
  Reach reach = {};
  AttentionBias<const float> bias = {};
  Dropout dropout = {};  ///< in f32 alone
  std::size_t first_head;
  std::size_t last_head;
  HeadRows<float> out;  ///< a table that rounds puts O into `rounded` where that is not null
  float* scratch;       ///< as many floats as the table says for this call, 64-byte aligned

  std::size_t key_head(std::size_t head) const { return heads == key_heads ? head : head / (heads / key_heads); }
  /// Whether a head is the first of those that share its key head.
  bool opens_group(std::size_t head) const { return heads == key_heads || head % (heads / key_heads) == 0; }
};

/// Where its gradient goes. The probabilities are computed once more; `out` of the call is not used, and its heads are
/// whole groups of those that share a key head. dQ, dK and dV of these are written, dB is added up.
struct AttentionGradient {
  HeadRows<const float> dout;
  HeadRows<float> dq;
  HeadRows<float> dk;
  HeadRows<float> dv;
  AttentionBias<float> dbias = {};
};

}  // namespace mana::kernels
