#include "mana/operations/attention_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mana/operations/attention_calls.h"

namespace mana::operations {

KeyColumns::KeyColumns(const Columns<Tensor>& k, std::size_t first, std::size_t count)
    : keys_(count), values_(k.count * count) {
  for (std::size_t key = 0; key < count; ++key) {
    const std::span<const float> row = k.of.row(first + key).subspan(k.first, k.count);
    for (std::size_t column = 0; column < k.count; ++column) values_[column * count + key] = row[column];
  }
}

void KeyColumns::attend(const float* q, const Head& head, std::span<float> p) const {
  std::ranges::fill(p, 0.0f);
  const auto [first, last] = head.seen;
  for (std::size_t c = 0; c < head.width; ++c) {
    const float* const k_c = values_.data() + (head.first + c) * keys_;
    for (std::size_t j = first; j < last; ++j) p[j] += q[c] * k_c[j];
  }
  float largest = std::numeric_limits<float>::lowest();
  for (std::size_t j = first; j < last; ++j) {
    p[j] = p[j] / head.divisor + (head.bias == nullptr ? 0.0f : head.bias[j]);
    largest = std::max(largest, p[j]);
  }
  double sum = 0;
  for (std::size_t j = first; j < last; ++j) sum += p[j] = std::exp(p[j] - largest);
  for (std::size_t j = first; j < last; ++j) p[j] = static_cast<float>(p[j] / sum);
}

std::vector<AttentionWeights> attention_weights(const Run& run, const QueryKeyValue<Tensor>& from,
                                                const AttentionShape& shape) {
  const Calls calls(from, shape);
  const auto timer = run.timer("attention weights", calls.arithmetic(1, 0));
  const std::size_t width = from.q.count / shape.heads, sharing = shape.heads / shape.key_heads;
  std::vector<AttentionWeights> made;
  for (std::size_t text = 0; text < shape.queries.count(); ++text) {
    const AttentionCall call = calls.of(text);
    AttentionWeights& p = made.emplace_back(AttentionWeights{shape.heads, call.queries, call.keys, call.reach, {}});
    p.values.resize(p.heads * p.queries * p.keys);
    const KeyColumns keys(from.k, shape.keys.begin(text), call.keys);
    run.split(p.heads * p.queries, [&](std::size_t begin, std::size_t end, unsigned) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t head = row / p.queries, query = row % p.queries;
        const kernels::KeyRange seen = p.seen(query);
        if (seen.empty()) continue;
        const float* const q = from.q.of.row(shape.queries.begin(text) + query).data() + from.q.first + head * width;
        const float* const bias =
            from.bias == nullptr
                ? nullptr
                : from.bias->row(head * (from.bias->rows() / shape.heads) + calls.place(text) + query).data();
        keys.attend(q, {head / sharing * width, width, call.divisor, seen, bias},
                    std::span(p.values).subspan(row * p.keys, p.keys));
      }
    });
  }
  return made;
}

}  // namespace mana::operations
