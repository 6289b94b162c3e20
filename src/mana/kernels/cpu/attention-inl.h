// Scaled dot-product attention of one text; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_ATTENTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ATTENTION_INL_H_
#undef MANA_KERNELS_CPU_ATTENTION_INL_H_
#else
#define MANA_KERNELS_CPU_ATTENTION_INL_H_
#endif

#include <limits>

#include "mana/kernels/cpu/attention_block-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// S = A Bᵀ for the block's rows of A (`a_stride` apart) and the rows of B that it sees, which lie in `panels` as
/// lay_out_keys() makes them, `width` columns.      S: [rows, keys]
HWY_INLINE void multiply_by_keys(const Block& block, const float* a, std::size_t a_stride, const float* panels,
                                 std::size_t width, float* s, std::size_t s_stride) {
  const MultiplyBlock<MultiplyAdd> multiply = kBlocks<MultiplyAdd>[block.rows - 1];
  for (std::size_t key = block.first_panel(); key < block.seen.last; key += kPanelWidth) {
    multiply(a, a_stride, panels + key * width, width, kZeroPanel, s + key, s_stride);
  }
}

/// scores ← exp((scores - max) / divisor) and zero up to a whole vector; returns 1 / their sum, or zero where there are
/// none. `scale` is log₂(e) / divisor.
HWY_INLINE float exponentials(float* scores, std::size_t length, float scale) {
  const Tag d;
  Vec largest = hn::Set(d, -hwy::HighestValue<float>());
  for (std::size_t j = 0; j < length; j += kLanes) {
    const std::size_t count = std::min(kLanes, length - j);
    const Vec s = hn::LoadU(d, scores + j);
    largest = hn::Max(largest, count < kLanes ? hn::IfThenElse(hn::FirstN(d, count), s, largest) : s);
  }
  largest = hn::MaxOfLanes(d, largest);
  Vec sum = hn::Zero(d);
  for (std::size_t j = 0; j < length; j += kLanes) {
    const std::size_t count = std::min(kLanes, length - j);
    Vec e = exp2(hn::Mul(hn::Sub(hn::LoadU(d, scores + j), largest), hn::Set(d, scale)));
    if (count < kLanes) e = hn::IfThenElseZero(hn::FirstN(d, count), e);
    hn::StoreU(e, d, scores + j);
    sum = hn::Add(sum, e);
  }
  return length == 0 ? 0.0f : 1.0f / hn::GetLane(hn::SumOfLanes(d, sum));
}

/// P ∘ M from exponentials: scores ← scores · factor · mask.
HWY_INLINE void drop_scores(std::size_t length, float factor, const float* mask, float* scores) {
  const Vec scale = hn::Set(Tag(), factor);
  for (std::size_t key = 0; key < length; key += kLanes) {
    const Vec kept = hn::Mul(hn::Mul(hn::LoadU(Tag(), scores + key), scale), hn::LoadU(Tag(), mask + key));
    hn::StoreU(kept, Tag(), scores + key);
  }
}

/// Whether none of some sums is zero, infinite or no number, so that 0 · x added to them has left no trace: neither
/// the sign of a zero nor, where x is no number, another one.
HWY_INLINE bool without_trace(const float* sums, std::size_t count) {
  const Tag d;
  for (std::size_t n = 0; n < count; n += kLanes) {
    const std::size_t lanes = HWY_MIN(kLanes, count - n);
    const Vec size = hn::IfThenElse(hn::FirstN(d, lanes), hn::Abs(load_first(sums + n, lanes)), hn::Set(d, 1.0f));
    const Mask plain =
        hn::And(hn::Gt(size, hn::Zero(d)), hn::Lt(size, hn::Set(d, std::numeric_limits<float>::infinity())));
    if (!hn::AllTrue(d, plain)) return false;
  }
  return true;
}

/// C = W B for the block's rows of W (`stride` apart) and a panel of B, of whose columns `columns` count. Each element
/// is summed over the keys that its row sees, in order.      W: [rows, keys], zero for a key that the block alone sees;
/// B: [keys, kPanelWidth]; C: [rows, kPanelWidth]
HWY_INLINE void mix(const Block& block, const float* weights, std::size_t stride, const float* panel,
                    std::size_t columns, float* mixed) {
  const auto multiply = [&](std::size_t rows, const float* a, KeyRange keys, float* c) {
    kBlocks<MultiplyAdd>[rows - 1](a + keys.first, stride, panel + keys.first * kPanelWidth, keys.size(), kZeroPanel, c,
                                   kPanelWidth);
  };
  multiply(block.rows, weights, block.seen, mixed);
  if (block.alike) return;
  for (std::size_t m = 0; m < block.rows; ++m) {
    float* const c = mixed + m * kPanelWidth;
    if (block.of(m) != block.seen && !without_trace(c, columns)) multiply(1, weights + m * stride, block.of(m), c);
  }
}

/// Room for Kᵀ in panels of keys, V in panels of columns, and the scores and the mask of one block of queries.
inline std::size_t attention_scratch(const AttentionCall& call) {
  return padded_keys(call) * call.head_width + panels_for(call.value_width) * kPanelWidth * call.keys +
         kMaxRows * score_stride(call) + kLanes + mask_size(call);
}

inline void attention(const AttentionCall& call) {
  const Tag d;
  const std::size_t keys = call.keys, d_k = call.head_width, d_v = call.value_width;
  const std::size_t q_stride = call.q.columns, out_stride = call.out.columns, stride = score_stride(call);
  float* const key_panels = call.scratch;
  float* const value_panels = key_panels + padded_keys(call) * d_k;
  float* const scores = value_panels + panels_for(d_v) * kPanelWidth * keys;
  float* const mask_memory = scores + kMaxRows * stride + kLanes;
  const float scale = kLog2E / call.divisor;

  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const Head head(call, index);
    float* const out_rows = call.out.head(index, d_v);
    if (index == call.first_head || call.opens_group(index)) {
      lay_out_keys(head.k, call.k.columns, keys, d_k, key_panels);
      lay_out_values(head.v, call.v.columns, keys, d_v, value_panels);
    }
    for (std::size_t row = 0; row < call.queries;) {
      const Block block(call, row, next_rows(call.queries - row));
      // S = Q Kᵀ, a block of queries against a panel of keys at a time      [rows, keys]
      multiply_by_keys(block, head.q + row * q_stride, q_stride, key_panels, d_k, scores, stride);
      const float* const mask = call.dropout.active() ? make_mask(head, block, mask_memory) : nullptr;
      float factor[kMaxRows];
      for (std::size_t m = 0; m < block.rows; ++m) {
        const KeyRange seen = block.of(m);
        float* const line = scores + m * stride;
        if (call.bias.exists()) add_bias(call, index, row + m, seen, line);
        factor[m] = exponentials(line + seen.first, seen.size(), scale);
        if (mask != nullptr) {
          drop_scores(seen.size(), factor[m], mask + m * keys + seen.first, line + seen.first);
          factor[m] = 1.0f;
        }
        if (!block.alike) clear_unseen(block.seen, seen, line);
      }
      // O = exp(S) V / Σ exp(S), or (P ∘ M) V      [rows, value_width]
      for (std::size_t column = 0; column < d_v; column += kPanelWidth) {
        HWY_ALIGN float mixed[kMaxRows * kPanelWidth];
        const std::size_t columns = HWY_MIN(kPanelWidth, d_v - column);
        mix(block, scores, stride, value_panels + column * keys, columns, mixed);
        for (std::size_t m = 0; m < block.rows; ++m) {
          float* const out = out_rows + (row + m) * out_stride + column;
          for (std::size_t n = 0; n < columns; n += kLanes) {
            const Vec o = hn::Mul(hn::Load(d, mixed + m * kPanelWidth + n), hn::Set(d, factor[m]));
            store_first(o, out + n, HWY_MIN(kLanes, columns - n));
          }
        }
      }
      row += block.rows;
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
