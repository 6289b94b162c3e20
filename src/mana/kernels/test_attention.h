#pragma once

#include <cmath>
#include <limits>
#include <ostream>
#include <utility>
#include <vector>

#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/table.h"
#include "mana/kernels/test_operands.h"
#include "mana/kernels/test_values.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {

struct AttentionCase {
  std::size_t queries, keys;
  std::size_t heads = 2, key_heads = heads;
  std::size_t head_width = 8, value_width = head_width;
  Reach reach = {};
  bool bias = false;
  float probability = 0;  ///< of dropout
  float spread = 1;
  std::size_t shift = 1;  ///< the columns of Q, K, V and O begin so far within their matrices

  friend std::ostream& operator<<(std::ostream& out, const AttentionCase& shape) {
    return out << shape.queries << " queries, " << shape.keys << " keys, " << shape.heads << " heads on "
               << shape.key_heads << ", widths " << shape.head_width << " and " << shape.value_width << ", before "
               << shape.reach.before << " after " << shape.reach.after << " offset " << shape.reach.offset << ", bias "
               << shape.bias << ", dropout " << shape.probability;
  }
};

/// Where a value stands; null in a table without any, which has no places.
template <class Values>
auto* place_in(Values& values, std::size_t place) {
  return values.empty() ? nullptr : values.data() + place;
}

/// A text of some width that stands in a matrix of others, which are no numbers: nobody may look there.
class TextInMatrix {
 public:
  TextInMatrix(std::size_t count, std::size_t size, std::size_t begin, std::size_t columns_before)
      : first_row(begin), shift(columns_before), rows(count), width(size), columns(4 * shift + width) {
    const std::vector<float> nobodys((first_row + rows) * columns, std::numeric_limits<float>::quiet_NaN());
    matrix_ = Shifted(nobodys, shift);
  }
  float* row(std::size_t index) { return matrix_.data() + (first_row + index) * columns + shift; }
  void fill(const std::vector<float>& values) {
    for (std::size_t i = 0; i < rows; ++i) std::copy_n(values.data() + i * width, width, row(i));
  }
  std::vector<float> values() {
    std::vector<float> all;
    for (std::size_t i = 0; i < rows; ++i) all.insert(all.end(), row(i), row(i) + width);
    return all;
  }
  /// Whether what stands around it is as it was.
  bool untouched() {
    std::size_t numbers = 0;
    for (std::size_t i = 0; i < matrix_.size; ++i) numbers += std::isnan(matrix_.data()[i]) ? 0 : 1;
    return matrix_.guarded() && numbers <= rows * width;
  }
  /// As a table takes it; its rounded form stays here.
  HeadRows<const float> operand(const Table& kernels) {
    rounded_ = operands_of(kernels.rounded, matrix_.data(), first_row + rows, columns);
    return {matrix_.data(), columns, first_row, shift, kernels.rounds() ? rounded_.data() : nullptr};
  }
  HeadRows<const float> operand() { return {matrix_.data(), columns, first_row, shift}; }
  HeadRows<float> result() { return {matrix_.data(), columns, first_row, shift}; }

  std::size_t first_row, shift, rows, width, columns;

 private:
  Shifted matrix_{{}, 0};
  Buffer<std::byte> rounded_;
};

/// The inputs of an AttentionCase, each in a matrix of its own with a stride of its own.
class AttentionData {
 public:
  explicit AttentionData(const AttentionCase& of)
      : shape(of),
        q(of.queries, of.heads * of.head_width, 5, of.shift),
        k(of.keys, of.key_heads * of.head_width, 3, 2 * of.shift),
        v(of.keys, of.key_heads * of.value_width, 2, 3 * of.shift),
        bias(of.bias ? random_values(of.heads * bias_stride(), 9) : std::vector<float>()) {
    q.fill(random_values(q.rows * q.width, 5, shape.spread));
    k.fill(random_values(k.rows * k.width, 6, shape.spread));
    v.fill(random_values(v.rows * v.width, 7, shape.spread));
  }

  /// All heads, without scratch and result.
  AttentionCall call() {
    return {.q = q.operand(),
            .k = k.operand(),
            .v = v.operand(),
            .queries = shape.queries,
            .keys = shape.keys,
            .heads = shape.heads,
            .key_heads = shape.key_heads,
            .head_width = shape.head_width,
            .value_width = shape.value_width,
            .divisor = std::sqrt(static_cast<float>(shape.head_width)),
            .reach = shape.reach,
            .bias = bias_of(bias),
            .dropout = Dropout(shape.probability, 31),
            .first_head = 0,
            .last_head = shape.heads,
            .out = {},
            .scratch = nullptr};
  }
  AttentionCall call(const Table& kernels) {
    AttentionCall made = call();
    made.q = q.operand(kernels), made.k = k.operand(kernels), made.v = v.operand(kernels);
    return made;
  }

  /// O [queries, heads · value_width] of a table, in calls of some heads each.
  std::vector<float> attend(const Table& kernels, std::size_t heads_at_once) {
    AttentionCall call = this->call(kernels);
    return attend(kernels, call, heads_at_once);
  }
  template <class Kernels>
  std::vector<float> attend(const Kernels& kernels, AttentionCall& call, std::size_t heads_at_once) {
    TextInMatrix out(shape.queries, shape.heads * shape.value_width, 4, shape.shift);
    Buffer<float> scratch(kernels.attention_scratch(call));
    call.out = out.result();
    call.scratch = scratch.data();
    for (std::size_t head = 0; head < shape.heads; head += heads_at_once) {
      call.first_head = head;
      call.last_head = head + heads_at_once;
      kernels.attention(call);
    }
    untouched = untouched && out.untouched() && q.untouched() && k.untouched() && v.untouched();
    return out.values();
  }

  /// Calls work(head, the head in double, its bias and its mask as functions).
  template <class Work>
  void for_heads(const Work& work) {
    const auto wide_q = widened(q.values()), wide_k = widened(k.values()), wide_v = widened(v.values());
    const Dropout dropout(shape.probability, 31);
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const std::size_t key_head = head / (shape.heads / shape.key_heads);
      const reference::AttentionHead<double> defined{.q = place_in(wide_q, head * shape.head_width),
                                                     .q_stride = q.width,
                                                     .k = place_in(wide_k, key_head * shape.head_width),
                                                     .k_stride = k.width,
                                                     .v = place_in(wide_v, key_head * shape.value_width),
                                                     .v_stride = v.width,
                                                     .queries = shape.queries,
                                                     .keys = shape.keys,
                                                     .head_width = shape.head_width,
                                                     .value_width = shape.value_width,
                                                     .divisor = std::sqrt(static_cast<double>(shape.head_width)),
                                                     .reach = shape.reach};
      work(head, defined, [&, head](std::size_t i, std::size_t j) {
        return reference::dropout_factor(dropout, q.first_row * shape.heads + head, i * shape.keys + j);
      });
    }
  }
  /// B of a head as a function; zero where there is none.
  auto bias_of_head(std::size_t head) const {
    return [this, head](std::size_t i, std::size_t j) { return bias.empty() ? 0.0f : bias_of(bias).row(head, i)[j]; };
  }

  /// O by the definition in double.
  template <class Rounded = std::identity>
  std::vector<double> defined(const Rounded& rounded = {}) {
    std::vector<double> out(shape.queries * shape.heads * shape.value_width), p(shape.keys);
    const std::size_t stride = shape.heads * shape.value_width;
    for_heads([&](std::size_t head, const auto& of, const auto& mask) {
      double* const to = place_in(out, head * shape.value_width);
      if (shape.probability == 0) {
        reference::attention(of, to, stride, p.data(), bias_of_head(head), reference::KeepAll(), rounded);
      } else {
        reference::attention(of, to, stride, p.data(), bias_of_head(head), mask, rounded);
      }
    });
    return out;
  }

  AttentionBias<const float> bias_of(const std::vector<float>& table) const {
    return table.empty() ? AttentionBias<const float>() : in_table(table.data());
  }
  template <class Float>
  AttentionBias<Float> in_table(Float* table) const {
    return {table + 1, bias_stride(), shape.keys + 3};
  }
  std::size_t bias_stride() const { return shape.queries * (shape.keys + 3) + 1; }

  AttentionCase shape;
  TextInMatrix q, k, v;
  std::vector<float> bias;
  bool untouched = true;
};

/// Every reach beside the plain one, with and without an offset.
inline std::vector<Reach> tested_reaches(std::size_t queries, std::size_t keys) {
  std::vector<Reach> reaches = {Reach::all(), Reach::causal(), Reach::band(0), Reach::causal_band(0)};
  for (const std::size_t width : {1, 3, 17, 40}) {
    reaches.push_back(Reach::band(width));
    reaches.push_back(Reach::causal_band(width));
  }
  const std::size_t behind = keys > queries ? keys - queries : 2;  // beyond the last key, some queries see nothing
  for (const Reach& reach : {Reach::causal(behind), Reach::band(2, behind), Reach::causal_band(5, behind)}) {
    reaches.push_back(reach);
  }
  return reaches;
}

/// Sizes around whole vectors, panels and blocks; texts attending to themselves and to others; every reach.
inline std::vector<AttentionCase> cases_of_reach() {
  std::vector<AttentionCase> cases;
  const std::vector<std::pair<std::size_t, std::size_t>> sizes = {{1, 1},   {7, 7},  {17, 17}, {33, 33}, {70, 70},
                                                                  {3, 40},  {40, 3}, {1, 37},  {1, 32},  {15, 64},
                                                                  {29, 31}, {0, 5},  {4, 0}};
  std::size_t next = 0;
  for (const auto& [queries, keys] : sizes) {
    for (const Reach& reach : tested_reaches(queries, keys)) {
      const std::size_t kind = next++;
      if (kSanitized && kind % 5 != 0) continue;
      const std::size_t heads = kind % 3 == 0 ? 2 : kind % 3 == 1 ? 4 : 3;
      cases.push_back({.queries = queries,
                       .keys = keys,
                       .heads = heads,
                       .key_heads = kind % 3 == 2 ? 1U : 2U,
                       .head_width = kind % 2 == 0 ? 8U : 19U,
                       .value_width = kind % 4 < 2 ? 8U : 37U,
                       .reach = reach,
                       .bias = kind % 5 < 2,
                       .shift = kind % 7 == 0 ? 0U : 1U});
    }
  }
  return cases;
}

}  // namespace mana::kernels
