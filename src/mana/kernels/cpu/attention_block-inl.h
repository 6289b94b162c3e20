// A head, a block of its queries and the keys that they see; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_ATTENTION_BLOCK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ATTENTION_BLOCK_INL_H_
#undef MANA_KERNELS_CPU_ATTENTION_BLOCK_INL_H_
#else
#define MANA_KERNELS_CPU_ATTENTION_BLOCK_INL_H_
#endif

#include <algorithm>

#include "mana/kernels/attention.h"
#include "mana/kernels/cpu/dropout-inl.h"
#include "mana/kernels/cpu/head_panels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// One head of one text: where its rows stand.
struct Head {
  HWY_INLINE Head(const AttentionCall& of, std::size_t head)
      : call(of),
        index(head),
        key_head(of.key_head(head)),
        q(of.q.head(head, of.head_width)),
        k(of.k.head(key_head, of.head_width)),
        v(of.v.head(key_head, of.value_width)) {}

  const AttentionCall& call;
  std::size_t index, key_head;
  const float *q, *k, *v;
};

/// Keys up to a whole panel.
HWY_INLINE std::size_t padded_keys(const AttentionCall& call) { return panels_for(call.keys) * kPanelWidth; }

/// How far the scores of two queries are apart: those that begin within a vector end in a vector more.
HWY_INLINE std::size_t score_stride(const AttentionCall& call) {
  return padded_keys(call) + (call.reach.before == Reach::kEverything ? 0 : kLanes);
}

/// A block of queries, and the keys that they see: each its own, which lie within those of all together.
struct Block {
  HWY_INLINE Block(const AttentionCall& whole, std::size_t first_row, std::size_t count)
      : call(whole), row(first_row), rows(count) {
    const KeyRange first = call.reach.of(row, call.keys), last = call.reach.of(row + rows - 1, call.keys);
    seen = {first.first, last.last};
    alike = first == last;
  }
  HWY_INLINE KeyRange of(std::size_t m) const { return alike ? seen : call.reach.of(row + m, call.keys); }
  std::size_t first_panel() const { return seen.first / kPanelWidth * kPanelWidth; }

  const AttentionCall& call;
  std::size_t row, rows;
  KeyRange seen;
  bool alike;  ///< all see the same
};

/// Room for the mask of a block of queries.
HWY_INLINE std::size_t mask_size(const AttentionCall& call) {
  return call.dropout.active() ? kMaxRows * call.keys + 3 * reference::kDropoutGroup : 0;
}

/// Writes the operands of the block's queries, those of a query `call.keys` behind those of the one before; returns
/// where they begin. Behind the last stands something more.
HWY_INLINE const float* make_mask(const Head& head, const Block& block, float* mask) {
  constexpr std::size_t kGroup = reference::kDropoutGroup;
  const AttentionCall& call = head.call;
  const std::size_t first = block.row * call.keys, begin = first / kGroup * kGroup;
  for (std::size_t column = begin; column < first + block.rows * call.keys; column += kGroup) {
    dropout_factors(call.dropout, call.q.row * call.heads + head.index, column, mask + column - begin);
  }
  return mask + first - begin;
}

/// S += divisor · B for one query
HWY_INLINE void add_bias(const AttentionCall& call, std::size_t head, std::size_t query, KeyRange seen, float* scores) {
  const float* const bias = call.bias.row(head, query);
  const Vec divisor = hn::Set(Tag(), call.divisor);
  for (std::size_t key = seen.first; key < seen.last; key += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, seen.last - key);
    store_first(hn::MulAdd(load_first(bias + key, count), divisor, hn::LoadU(Tag(), scores + key)), scores + key,
                count);
  }
}

/// Zero wherever the block looks and the query does not.
HWY_INLINE void clear_unseen(KeyRange looked_at, KeyRange seen, float* weights) {
  std::fill(weights + looked_at.first, weights + seen.first, 0.0f);
  std::fill(weights + seen.last, weights + looked_at.last, 0.0f);
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
