#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mana/nn/attention.h"

namespace mana::nn {

/// Some of a layer's heads: [first, first + count).
struct HeadRange {
  std::size_t first = 0;
  std::size_t count = 1;
};

/// How much the tokens of targets look at those of their sources in a decoder's steps, the mean over some heads i of
///
///   A_i = softmax(Q_i K_iᵀ / √d_k),   Q = x W^Q + b,   K = m W^K + b
///
///   x: [targets, model], m: [memory, model] -> A: of each target, [tokens of its source]
///
/// It stands beside CachedCrossAttention, which makes the same softmax and keeps none of it: scores are in f32 here
/// whatever the run rounds, and a row depends on its target and its source alone.
class SourceAttention {
 public:
  /// Keeps the keys of every text of `sources`.
  SourceAttention(const Run& run, const CrossAttention& layer, HeadRange heads, const Tensor& memory,
                  Sequences sources);

  /// Makes the rows of A anew: `of_source` has the targets of each source.
  void look(const Run& run, const CrossAttention& layer, const Tensor& x, Sequences of_source);
  /// Of a target, when it was looked for last.
  std::span<const float> row(std::size_t target) const;

  /// The sources of others, with as many heads, come behind those that are there.
  void add(const SourceAttention& others);
  /// Source s becomes what source from[s] was.
  void arrange(std::span<const std::uint32_t> from);

 private:
  /// Of one source and all heads that are looked at.
  struct Keys {
    std::size_t tokens;
    std::vector<float> transposed;  ///< Kᵀ: [heads · d_k, tokens]
  };

  HeadRange heads_;
  std::size_t head_width_;
  std::vector<std::shared_ptr<const Keys>> sources_;
  std::vector<float> rows_;
  std::vector<std::size_t> offsets_ = {0};  ///< [targets + 1]: where the row of each begins
};

}  // namespace mana::nn
