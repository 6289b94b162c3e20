// Attention in training; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_
#undef MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_
#else
#define MANA_KERNELS_CPU_ATTENTION_GRADIENT_INL_H_
#endif

#include <cstddef>

#include "mana/kernels/cpu/attention-inl.h"
#include "mana/kernels/cpu/weight_gradient-inl.h"
#include "mana/kernels/gradients.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

enum class Store { put, add };

/// The first `width` columns of panels of sums, [rows, kPanelWidth] each, where they belong: multiply(first column,
/// columns, sums) makes them.
template <Store kStore = Store::put, class Multiply>
HWY_INLINE void multiply_to_columns(std::size_t rows, std::size_t width, float* out, std::size_t out_stride,
                                    const Multiply& multiply) {
  for (std::size_t column = 0; column < width; column += kPanelWidth) {
    HWY_ALIGN float mixed[kMaxRows * kPanelWidth];
    const std::size_t columns = HWY_MIN(kPanelWidth, width - column);
    multiply(column, columns, mixed);
    for (std::size_t m = 0; m < rows; ++m) {
      for (std::size_t n = 0; n < columns; n += kLanes) {
        const std::size_t count = HWY_MIN(kLanes, columns - n);
        float* const to = out + m * out_stride + column + n;
        const Vec sums = hn::Load(Tag(), mixed + m * kPanelWidth + n);
        store_first(kStore == Store::put ? sums : hn::Add(load_first(to, count), sums), to, count);
      }
    }
  }
}

/// A row of P, P ∘ M and dS / divisor from the exponentials of its scores (in `p`) and from dO Vᵀ (in `ds`):
///   dP = M ∘ (dO Vᵀ),  dS = P ∘ (dP - Σ P ∘ dP) = (P ∘ M) ∘ (dO Vᵀ) - P Σ (P ∘ M) ∘ (dO Vᵀ)
/// Without dropout `mask` is null.
HWY_INLINE void score_gradient(const AttentionCall& call, std::size_t length, const float* mask, float inverse_sum,
                               float* p, float* dropped, float* ds) {
  const Tag d;
  const Vec inverse = hn::Set(d, inverse_sum);
  Vec sums = hn::Zero(d);
  for (std::size_t key = 0; key < length; key += kLanes) {
    const Vec probability = hn::Mul(hn::LoadU(d, p + key), inverse);
    const Vec kept = mask == nullptr ? probability : hn::Mul(probability, hn::LoadU(d, mask + key));
    const Vec product = hn::Mul(kept, hn::LoadU(d, ds + key));
    hn::StoreU(probability, d, p + key);
    hn::StoreU(kept, d, dropped + key);
    hn::StoreU(product, d, ds + key);
    sums = hn::Add(sums, product);
  }
  const Vec sum = hn::SumOfLanes(d, sums);
  const Vec scale = hn::Set(d, 1.0f / call.divisor);
  for (std::size_t key = 0; key < length; key += kLanes) {
    const Vec difference = hn::NegMulAdd(hn::LoadU(d, p + key), sum, hn::LoadU(d, ds + key));
    hn::StoreU(hn::Mul(difference, scale), d, ds + key);
  }
}

/// dB += divisor · (dS / divisor) for one query
HWY_INLINE void add_bias_gradient(KeyRange seen, const float* ds, float divisor, float* dbias) {
  for (std::size_t key = seen.first; key < seen.last; key += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, seen.last - key);
    const Vec sum = hn::MulAdd(load_first(ds + key, count), hn::Set(Tag(), divisor), load_first(dbias + key, count));
    store_first(sum, dbias + key, count);
  }
}

/// Where the memory of a gradient's scratch goes.
struct GradientRoom {
  explicit GradientRoom(const AttentionCall& call)
      : keys(padded_keys(call)),
        stride(score_stride(call)),
        key_panels(0),
        value_panels(key_panels + keys * call.head_width),
        k_columns(value_panels + keys * call.value_width),
        q_columns(k_columns + panels_for(call.head_width) * kPanelWidth * call.keys),
        dout_columns(q_columns + panels_for(call.head_width) * kPanelWidth * call.queries),
        dropped(dout_columns + panels_for(call.value_width) * kPanelWidth * call.queries),
        ds(dropped + call.queries * stride + kLanes),
        p(ds + call.queries * stride + kLanes),
        mask(p + kMaxRows * stride + kLanes),
        size(mask + mask_size(call)) {}

  std::size_t keys, stride;
  std::size_t key_panels, value_panels;            ///< Kᵀ and Vᵀ in panels of keys
  std::size_t k_columns, q_columns, dout_columns;  ///< K, Q and dO in panels of columns
  std::size_t dropped, ds;                         ///< P ∘ M and dS / divisor   [queries, keys]
  std::size_t p, mask;                             ///< P and the mask of one block of queries
  std::size_t size;
};

std::size_t attention_gradient_scratch(const AttentionCall& call) { return GradientRoom(call).size; }

void attention_gradient(const AttentionCall& call, const AttentionGradient& to) {
  const GradientRoom room(call);
  const auto at = [&](std::size_t place) { return call.scratch + place; };
  const std::size_t d_k = call.head_width, d_v = call.value_width, stride = room.stride;
  const float scale = kLog2E / call.divisor;
  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const Head head(call, index);
    const float* const dout = to.dout.head(index, d_v);
    const bool first_of_group = call.opens_group(index);
    if (first_of_group) {
      lay_out_keys(head.k, call.k.columns, call.keys, d_k, at(room.key_panels));
      lay_out_keys(head.v, call.v.columns, call.keys, d_v, at(room.value_panels));
      lay_out_values(head.k, call.k.columns, call.keys, d_k, at(room.k_columns));
    }
    lay_out_values(head.q, call.q.columns, call.queries, d_k, at(room.q_columns));
    lay_out_values(dout, to.dout.columns, call.queries, d_v, at(room.dout_columns));

    for (std::size_t row = 0; row < call.queries;) {
      const Block block(call, row, next_rows(call.queries - row));
      float* const p = at(room.p);
      float* const ds = at(room.ds) + row * stride;
      float* const dropped = at(room.dropped) + row * stride;
      multiply_by_keys(block, head.q + row * call.q.columns, call.q.columns, at(room.key_panels), d_k, p, stride);
      multiply_by_keys(block, dout + row * to.dout.columns, to.dout.columns, at(room.value_panels), d_v, ds, stride);
      const float* mask = call.dropout.active() ? make_mask(head, block, at(room.mask)) : nullptr;
      for (std::size_t m = 0; m < block.rows; ++m) {
        const KeyRange seen = block.of(m), whole = {0, stride};
        const std::size_t line = m * stride, begin = line + seen.first;
        if (call.bias.exists()) add_bias(call, index, row + m, seen, p + line);
        const float inverse_sum = exponentials(p + begin, seen.size(), scale);
        if (seen.size() < call.keys) clear_unseen(whole, seen, ds + line), clear_unseen(whole, seen, dropped + line);
        score_gradient(call, seen.size(), mask == nullptr ? nullptr : mask + m * call.keys + seen.first, inverse_sum,
                       p + begin, dropped + begin, ds + begin);
        if (to.dbias.exists()) add_bias_gradient(seen, ds + line, call.divisor, to.dbias.row(index, row + m));
      }
      // dQ = dS K / divisor
      multiply_to_columns(block.rows, d_k, to.dq.head(index, d_k) + row * to.dq.columns, to.dq.columns,
                          [&](std::size_t column, std::size_t columns, float* sums) {
                            mix(block, ds, stride, at(room.k_columns) + column * call.keys, columns, sums);
                          });
      row += block.rows;
    }
    for (std::size_t key = 0; key < call.keys;) {
      const std::size_t rows = next_rows(call.keys - key);
      const KeyRange queries = call.reach.queries_of({key, key + rows}, call.queries);
      const auto add_up = [&](std::size_t weights, std::size_t columns_of, const HeadRows<float>& out,
                              std::size_t width) {
        const float* const of_keys = at(weights) + queries.first * stride + key;
        const auto multiply = [&](std::size_t column, std::size_t, float* sums) {
          const float* const panel = at(columns_of) + column * call.queries + queries.first * kPanelWidth;
          kTransposed<MultiplyAdd>[rows - 1](of_keys, stride, panel, queries.size(), sums, kPanelWidth);
        };
        float* const to_rows = out.head(head.key_head, width) + key * out.columns;
        if (first_of_group) return multiply_to_columns(rows, width, to_rows, out.columns, multiply);
        multiply_to_columns<Store::add>(rows, width, to_rows, out.columns, multiply);
      };
      add_up(room.ds, room.q_columns, to.dk, d_k);          // dK = dSᵀ Q / divisor
      add_up(room.dropped, room.dout_columns, to.dv, d_v);  // dV = (P ∘ M)ᵀ dO
      key += rows;
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
