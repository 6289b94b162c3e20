#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mana/nn/attention.h"
#include "mana/operations/attention_weights.h"

namespace mana::nn {

/// Some of a layer's heads: [first, first + count).
struct HeadRange {
  std::size_t first = 0;
  std::size_t count = 1;
};

/// How much the tokens of targets look at those of their sources in a decoder's steps, the mean over some heads i of
///
///   A_i = softmax(Q_i K_iᵀ / √d_k)
///
///   Q: [targets, heads · d_k], K: [source tokens, heads · d_k] -> A: of each target, [tokens of its source]
///
/// It stands beside CachedCrossAttention, which makes the same softmax and keeps none of it: scores are in f32 here
/// whatever the run rounds, and a row depends on its target and its source alone.
class SourceAttention {
 public:
  /// Keeps the keys of every text of `sources`. `head_width`: d_k.
  SourceAttention(HeadRange heads, std::size_t head_width, const Columns<Tensor>& k, Sequences sources);

  /// Makes the rows of A anew: `of_source` has the targets of each source.
  void look(const Tensor& q, Sequences of_source);
  /// Of a target, when it was looked for last.
  std::span<const float> row(std::size_t target) const;

  /// The sources of others, with as many heads, come behind those that are there.
  void add(const SourceAttention& others);
  /// Source s becomes what source from[s] was.
  void arrange(std::span<const std::uint32_t> from);

 private:
  HeadRange heads_;
  std::size_t head_width_;
  std::vector<std::shared_ptr<const operations::KeyColumns>> sources_;  ///< of the heads that are looked at
  std::vector<float> rows_;
  std::vector<std::size_t> offsets_ = {0};  ///< [targets + 1]: where the row of each begins
};

}  // namespace mana::nn
