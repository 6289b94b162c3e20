#pragma once

#include <cmath>

#include "mana/operations/attend.h"
#include "mana/operations/scratch.h"

namespace mana::operations {

using kernels::AttentionCall;

/// Some columns of a tensor, from a row on, as a kernel reads or writes them.
template <class Float, class Matrix>
kernels::HeadRows<Float> rows_of(Matrix& x, std::size_t row, std::size_t column) {
  return {.values = x.data(), .columns = x.columns(), .row = row, .column = column, .rounded = x.operands()};
}

template <class Float, class Matrix>
kernels::AttentionBias<Float> bias_from(Matrix* table, std::size_t heads, std::size_t place) {
  if (table == nullptr) return {};
  const std::size_t columns = table->columns();
  return {table->data() + place * columns, table->rows() / heads * columns, columns};
}

/// Attention of every text, all heads of it; what becomes of O is left open.
class Calls {
 public:
  Calls(const QueryKeyValue<Tensor>& from, const AttentionShape& shape, const kernels::Dropout& dropout = {})
      : from_(from), shape_(shape), dropout_(dropout) {}

  AttentionCall of(std::size_t text) const {
    const std::size_t query = shape_.queries.begin(text), key = shape_.keys.begin(text);
    AttentionCall call = of_lengths(shape_.queries.length(text), shape_.keys.length(text));
    call.q = rows_of<const float>(from_.q.of, query, from_.q.first);
    call.k = rows_of<const float>(from_.k.of, key, from_.k.first);
    call.v = rows_of<const float>(from_.v.of, key, from_.v.first);
    call.bias = bias_from<const float>(from_.bias, shape_.heads, place(text));
    return call;
  }
  /// Of a text as long as the longest: what takes the most scratch memory.
  AttentionCall longest() const { return of_lengths(shape_.queries.longest(), shape_.keys.longest()); }

  /// Where the first query of a text stands among its keys.
  std::size_t place(std::size_t text) const { return place(shape_.queries.length(text), shape_.keys.length(text)); }
  const AttentionShape& shape() const { return shape_; }

  std::size_t result_columns() const { return from_.v.count / shape_.key_heads * shape_.heads; }

  /// Multiplications and additions: so many products with d_k and with d_v for each query and key of a text.
  double arithmetic(double key_products, double value_products) const {
    std::size_t pairs = 0;
    for (std::size_t text = 0; text < shape_.queries.count(); ++text) {
      pairs += shape_.queries.length(text) * shape_.keys.length(text);
    }
    return 2.0 * (key_products * static_cast<double>(pairs * from_.q.count) +
                  value_products * static_cast<double>(pairs * result_columns()));
  }

 private:
  static std::size_t place(std::size_t queries, std::size_t keys) { return keys > queries ? keys - queries : 0; }

  AttentionCall of_lengths(std::size_t queries, std::size_t keys) const {
    const std::size_t head_width = from_.q.count / shape_.heads;
    kernels::Reach reach = shape_.reach;
    reach.offset += place(queries, keys);
    return {.q = {},
            .k = {},
            .v = {},
            .queries = queries,
            .keys = keys,
            .heads = shape_.heads,
            .key_heads = shape_.key_heads,
            .head_width = head_width,
            .value_width = from_.v.count / shape_.key_heads,
            .divisor = shape_.divisor.value_or(std::sqrt(static_cast<float>(head_width))),
            .reach = reach,
            .dropout = dropout_,
            .first_head = 0,
            .last_head = shape_.heads,
            .out = {},
            .scratch = nullptr};
  }

  const QueryKeyValue<Tensor>& from_;
  AttentionShape shape_;
  kernels::Dropout dropout_;
};

/// Calls work(text, call) for every text; each thread has some of the key heads, or of the heads where nothing is added
/// up for those that share one, and `scratch_size` floats.
template <class Work>
void for_heads(const Run& run, const Calls& calls, std::size_t together, std::size_t scratch_size, const Work& work) {
  Scratch scratch(run, scratch_size * sizeof(float));
  run.split(calls.shape().heads / together, [&](std::size_t first, std::size_t last, unsigned thread) {
    for (std::size_t text = 0; text < calls.shape().queries.count(); ++text) {
      AttentionCall call = calls.of(text);
      call.first_head = first * together;
      call.last_head = last * together;
      call.scratch = scratch.floats(thread);
      work(text, call);
    }
  });
}

}  // namespace mana::operations
