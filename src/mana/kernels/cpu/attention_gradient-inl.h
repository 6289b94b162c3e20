// Attention in training; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_
#undef MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_
#else
#define MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_
#endif

#include <cstddef>

#include "mana/kernels/cpu/attention-inl.h"
#include "mana/kernels/cpu/dropout-inl.h"
#include "mana/kernels/cpu/weight_gradient-inl.h"
#include "mana/kernels/gradients.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// One head of one text: where Q, K and V lie, and its mask.
struct Head {
  template <class Call>
  HWY_INLINE Head(const Call& call, std::size_t head)
      : model(call.heads * call.head_width),
        stride(3 * model),
        length(call.length),
        width(call.head_width),
        keys(panels_for(call.length) * kPanelWidth),
        q(call.qkv + head * call.head_width),
        dropout(call.dropout),
        mask_row(call.first_row * call.heads + head) {}
  const float* k() const { return q + model; }
  const float* v() const { return q + 2 * model; }

  std::size_t model, stride, length, width, keys;
  const float* q;
  const Dropout& dropout;
  std::uint64_t mask_row;
};

/// Room for the mask of a block of queries.
HWY_INLINE std::size_t mask_size(std::size_t length) { return kMaxRows * length + 3 * reference::kDropoutGroup; }

/// Writes the factors of queries row, row + 1, …, those of a query `length` behind those of the one before; returns
/// where they begin. Behind the last stands something more.
HWY_INLINE const float* make_mask(const Head& head, std::size_t row, std::size_t rows, float* mask) {
  constexpr std::size_t kGroup = reference::kDropoutGroup;
  const std::size_t first = row * head.length, begin = first / kGroup * kGroup;
  for (std::size_t column = begin; column < first + rows * head.length; column += kGroup) {
    dropout_factors(head.dropout, head.mask_row, column, mask + column - begin);
  }
  return mask + first - begin;
}

/// S = A Bᵀ for a block of rows of A (`a_stride` apart) and all rows of B, which lies in `panels` as pack_keys() makes
/// them.      S: [rows, keys]
HWY_INLINE void multiply_by_keys(const Head& head, const float* a, std::size_t a_stride, std::size_t rows,
                                 const float* panels, float* s) {
  for (std::size_t key = 0; key < head.keys; key += kPanelWidth) {
    kBlocks<MultiplyAdd>[rows - 1](a, a_stride, panels + key * head.width, head.width, kZeroPanel, s + key, head.keys);
  }
}

/// The first `head.width` columns of panels of sums, where they belong: store(column, count, sums) for each vector.
template <class Multiply>
HWY_INLINE void multiply_to_columns(const Head& head, std::size_t rows, const float* panels, float* out,
                                    std::size_t out_stride, const Multiply& multiply) {
  for (std::size_t column = 0; column < head.width; column += kPanelWidth) {
    HWY_ALIGN float mixed[kMaxRows * kPanelWidth];
    multiply(panels + column * head.length, mixed);
    for (std::size_t m = 0; m < rows; ++m) {
      for (std::size_t n = 0; n < HWY_MIN(kPanelWidth, head.width - column); n += kLanes) {
        store_first(hn::Load(Tag(), mixed + m * kPanelWidth + n), out + m * out_stride + column + n,
                    HWY_MIN(kLanes, head.width - column - n));
      }
    }
  }
}

/// Room for Kᵀ and V in panels, the scores of a block of queries, and their mask.
std::size_t attention_forward_scratch(std::size_t length, std::size_t head_width) {
  return attention_scratch(length, head_width) + mask_size(length);
}

/// P ∘ M from exponentials: scores ← scores · factor · mask.
HWY_INLINE void drop_scores(std::size_t length, float factor, const float* mask, float* scores) {
  const Vec scale = hn::Set(Tag(), factor);
  for (std::size_t key = 0; key < length; key += kLanes) {
    const Vec kept = hn::Mul(hn::Mul(hn::LoadU(Tag(), scores + key), scale), hn::LoadU(Tag(), mask + key));
    hn::StoreU(kept, Tag(), scores + key);
  }
}

void attention_forward(const AttentionForwardCall& call) {
  if (!call.dropout.active()) {
    return attention(
        {call.qkv, call.length, call.heads, call.head_width, call.first_head, call.last_head, call.out, call.scratch});
  }
  const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.head_width));
  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const Head head(call, index);
    float* key_panels = call.scratch;
    float* value_panels = key_panels + head.keys * head.width;
    float* scores = value_panels + panels_for(head.width) * kPanelWidth * head.length;
    float* mask_memory = scores + kMaxRows * head.keys;
    pack_keys(head.k(), head.stride, head.length, head.width, key_panels);
    pack_values(head.v(), head.stride, head.length, head.width, value_panels);
    for (std::size_t row = 0; row < head.length;) {
      const std::size_t rows = next_rows(head.length - row);
      multiply_by_keys(head, head.q + row * head.stride, head.stride, rows, key_panels, scores);
      const float* mask = make_mask(head, row, rows, mask_memory);
      for (std::size_t m = 0; m < rows; ++m) {
        float* const line = scores + m * head.keys;
        drop_scores(head.length, exponentials(line, head.length, scale), mask + m * head.length, line);
      }
      multiply_to_columns(head, rows, value_panels, call.out + row * head.model + index * head.width, head.model,
                          [&](const float* panel, float* mixed) {
                            kBlocks<MultiplyAdd>[rows - 1](scores, head.keys, panel, head.length, kZeroPanel, mixed,
                                                           kPanelWidth);
                          });
      row += rows;
    }
  }
}

/// Kᵀ and Vᵀ in panels of keys; K, Q and dO in panels of columns; P ∘ M and dS; P and the mask of one block of queries.
std::size_t attention_gradient_scratch(std::size_t length, std::size_t head_width) {
  const std::size_t keys = panels_for(length) * kPanelWidth;
  return 2 * keys * head_width + 3 * panels_for(head_width) * kPanelWidth * length + 2 * length * keys +
         kMaxRows * keys + mask_size(length);
}

/// A row of P, P ∘ M and dS / √d_k from the exponentials of its scores (in `p`) and from dO Vᵀ (in `ds`):
///   dP = M ∘ (dO Vᵀ),  dS = P ∘ (dP - Σ P ∘ dP) = (P ∘ M) ∘ (dO Vᵀ) - P Σ (P ∘ M) ∘ (dO Vᵀ)
/// Without dropout `mask` is null.
HWY_INLINE void score_gradient(const Head& head, const float* mask, float inverse_sum, float* p, float* dropped,
                               float* ds) {
  const Tag d;
  const Vec inverse = hn::Set(d, inverse_sum);
  Vec sums = hn::Zero(d);
  for (std::size_t key = 0; key < head.length; key += kLanes) {
    const Vec probability = hn::Mul(hn::LoadU(d, p + key), inverse);
    const Vec kept = mask == nullptr ? probability : hn::Mul(probability, hn::LoadU(d, mask + key));
    const Vec product = hn::Mul(kept, hn::LoadU(d, ds + key));
    hn::StoreU(probability, d, p + key);
    hn::StoreU(kept, d, dropped + key);
    hn::StoreU(product, d, ds + key);
    sums = hn::Add(sums, product);
  }
  const Vec sum = hn::SumOfLanes(d, sums);
  const Vec scale = hn::Set(d, 1.0f / __builtin_sqrtf(static_cast<float>(head.width)));
  for (std::size_t key = 0; key < head.length; key += kLanes) {
    const Vec difference = hn::NegMulAdd(hn::LoadU(d, p + key), sum, hn::LoadU(d, ds + key));
    hn::StoreU(hn::Mul(difference, scale), d, ds + key);
  }
}

void attention_gradient(const AttentionGradientCall& call) {
  const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(call.head_width));
  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const Head head(call, index);
    const float* dout = call.dout + index * head.width;
    float* const dq = call.dqkv + index * head.width;
    const std::size_t columns = panels_for(head.width) * kPanelWidth * head.length;
    float* key_panels = call.scratch;
    float* value_panels = key_panels + head.keys * head.width;
    float* k_columns = value_panels + head.keys * head.width;
    float* q_columns = k_columns + columns;
    float* dout_columns = q_columns + columns;
    float* dropped = dout_columns + columns;        // P ∘ M   [length, keys]
    float* ds = dropped + head.length * head.keys;  // dS / √d_k   [length, keys]
    float* p = ds + head.length * head.keys;        // P   [rows of a block, keys]
    float* mask_memory = p + kMaxRows * head.keys;
    pack_keys(head.k(), head.stride, head.length, head.width, key_panels);
    pack_keys(head.v(), head.stride, head.length, head.width, value_panels);
    pack_values(head.k(), head.stride, head.length, head.width, k_columns);
    pack_values(head.q, head.stride, head.length, head.width, q_columns);
    pack_values(dout, head.model, head.length, head.width, dout_columns);

    for (std::size_t row = 0; row < head.length;) {
      const std::size_t rows = next_rows(head.length - row);
      float* const ds_rows = ds + row * head.keys;
      multiply_by_keys(head, head.q + row * head.stride, head.stride, rows, key_panels, p);
      multiply_by_keys(head, dout + row * head.model, head.model, rows, value_panels, ds_rows);
      const float* mask = head.dropout.active() ? make_mask(head, row, rows, mask_memory) : nullptr;
      for (std::size_t m = 0; m < rows; ++m) {
        float* const line = p + m * head.keys;
        const float inverse_sum = exponentials(line, head.length, scale);
        score_gradient(head, mask == nullptr ? nullptr : mask + m * head.length, inverse_sum, line,
                       dropped + (row + m) * head.keys, ds_rows + m * head.keys);
      }
      // dQ = dS K / √d_k
      multiply_to_columns(
          head, rows, k_columns, dq + row * head.stride, head.stride, [&](const float* panel, float* mixed) {
            kBlocks<MultiplyAdd>[rows - 1](ds_rows, head.keys, panel, head.length, kZeroPanel, mixed, kPanelWidth);
          });
      row += rows;
    }
    for (std::size_t key = 0; key < head.length;) {
      const std::size_t rows = next_rows(head.length - key);
      float* const dk = dq + head.model + key * head.stride;
      // dK = dSᵀ Q / √d_k,  dV = (P ∘ M)ᵀ dO
      multiply_to_columns(head, rows, q_columns, dk, head.stride, [&](const float* panel, float* mixed) {
        kTransposed<MultiplyAdd>[rows - 1](ds + key, head.keys, panel, head.length, mixed, kPanelWidth);
      });
      multiply_to_columns(
          head, rows, dout_columns, dk + head.model, head.stride, [&](const float* panel, float* mixed) {
            kTransposed<MultiplyAdd>[rows - 1](dropped + key, head.keys, panel, head.length, mixed, kPanelWidth);
          });
      key += rows;
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
