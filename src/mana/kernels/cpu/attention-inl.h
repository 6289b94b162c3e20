// Scaled dot-product attention of one text; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_ATTENTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ATTENTION_INL_H_
#undef MANA_KERNELS_CPU_ATTENTION_INL_H_
#else
#define MANA_KERNELS_CPU_ATTENTION_INL_H_
#endif

#include "mana/kernels/cpu/block-inl.h"
#include "mana/kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

HWY_INLINE std::size_t panels_for(std::size_t columns) { return (columns + kPanelWidth - 1) / kPanelWidth; }

/// Room for Kᵀ in panels of keys, V in panels of columns, and the scores of one block of queries.
inline std::size_t attention_scratch(std::size_t length, std::size_t head_width) {
  const std::size_t keys = panels_for(length) * kPanelWidth;
  return keys * head_width + panels_for(head_width) * kPanelWidth * length + kMaxRows * keys;
}

/// Transposes four rows of four, as many as there are: beyond the last row come copies of it.
HWY_INLINE void transpose_fours(const float* from, std::size_t from_stride, float* to, std::size_t to_stride,
                                std::size_t rows = 4) {
  const hn::Full128<float> d;
  const hn::Full128<double> pairs;
  const auto row = [&](std::size_t index) { return hn::LoadU(d, from + HWY_MIN(index, rows - 1) * from_stride); };
  const auto first = row(0), second = row(1), third = row(2), fourth = row(3);
  const auto low_01 = hn::BitCast(pairs, hn::InterleaveLower(d, first, second));
  const auto low_23 = hn::BitCast(pairs, hn::InterleaveLower(d, third, fourth));
  const auto high_01 = hn::BitCast(pairs, hn::InterleaveUpper(d, first, second));
  const auto high_23 = hn::BitCast(pairs, hn::InterleaveUpper(d, third, fourth));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low_01, low_23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low_01, low_23)), d, to + to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high_01, high_23)), d, to + 2 * to_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high_01, high_23)), d, to + 3 * to_stride);
}

/// Kᵀ in panels: panel p holds, for each of the head's columns, the values of keys p · kPanelWidth, … Beyond the last
/// key stand numbers whose scores nobody reads.
HWY_INLINE void pack_keys(const float* k, std::size_t stride, std::size_t length, std::size_t head_width,
                          float* panels) {
  const hn::Full128<float> d;
  for (std::size_t key = 0; key < panels_for(length) * kPanelWidth; key += 4) {
    float* lanes = panels + key / kPanelWidth * kPanelWidth * head_width + key % kPanelWidth;
    std::size_t c = 0;
    if (key >= length) {
      for (; c < head_width; ++c) hn::StoreU(hn::Zero(d), d, lanes + c * kPanelWidth);
      continue;
    }
    const std::size_t keys = HWY_MIN(length - key, 4);
    for (; c + 4 <= head_width; c += 4) {
      transpose_fours(k + key * stride + c, stride, lanes + c * kPanelWidth, kPanelWidth, keys);
    }
    for (; c < head_width; ++c) {
      for (std::size_t i = 0; i < 4; ++i) {
        lanes[c * kPanelWidth + i] = i < keys ? k[(key + i) * stride + c] : 0.0f;
      }
    }
  }
}

/// V in panels of columns, zero beyond the last.
HWY_INLINE void pack_values(const float* v, std::size_t stride, std::size_t length, std::size_t head_width,
                            float* panels) {
  const Tag d;
  for (std::size_t column = 0; column < panels_for(head_width) * kPanelWidth; column += kLanes) {
    float* panel = panels + column / kPanelWidth * kPanelWidth * length + column % kPanelWidth;
    const std::size_t count = column < head_width ? std::min(kLanes, head_width - column) : 0;
    for (std::size_t t = 0; t < length; ++t) {
      hn::StoreU(count == 0 ? hn::Zero(d) : load_first(v + t * stride + column, count), d, panel + t * kPanelWidth);
    }
  }
}

/// scores ← exp((scores - max) / √d_k); returns 1 / their sum. `scale` is log₂(e) / √d_k.
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
  return 1.0f / hn::GetLane(hn::SumOfLanes(d, sum));
}

inline void attention(const AttentionCall& call) {
  const Tag d;
  const std::size_t length = call.length, head_width = call.head_width, model = call.heads * head_width;
  const std::size_t stride = 3 * model, keys = panels_for(length) * kPanelWidth;
  float* key_panels = call.scratch;
  float* value_panels = key_panels + keys * head_width;
  float* scores = value_panels + panels_for(head_width) * kPanelWidth * length;
  const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(head_width));

  for (std::size_t head = call.first_head; head < call.last_head; ++head) {
    const float* q = call.qkv + head * head_width;
    pack_keys(q + model, stride, length, head_width, key_panels);
    pack_values(q + 2 * model, stride, length, head_width, value_panels);
    for (std::size_t row = 0; row < length;) {
      const std::size_t rows = next_rows(length - row);
      const MultiplyBlock<MultiplyAdd> multiply = kBlocks<MultiplyAdd>[rows - 1];
      // S = Q Kᵀ, a block of queries against a panel of keys at a time      [rows, keys]
      for (std::size_t key = 0; key < keys; key += kPanelWidth) {
        multiply(q + row * stride, stride, key_panels + key * head_width, head_width, kZeroPanel, scores + key, keys);
      }
      float inverse_sum[kMaxRows];
      for (std::size_t m = 0; m < rows; ++m) inverse_sum[m] = exponentials(scores + m * keys, length, scale);
      // O = exp(S) V / Σ exp(S)      [rows, head_width]
      for (std::size_t column = 0; column < head_width; column += kPanelWidth) {
        HWY_ALIGN float mixed[kMaxRows * kPanelWidth];
        multiply(scores, keys, value_panels + column * length, length, kZeroPanel, mixed, kPanelWidth);
        for (std::size_t m = 0; m < rows; ++m) {
          float* out = call.out + (row + m) * model + head * head_width + column;
          for (std::size_t n = 0; n < std::min(kPanelWidth, head_width - column); n += kLanes) {
            const Vec o = hn::Mul(hn::Load(d, mixed + m * kPanelWidth + n), hn::Set(d, inverse_sum[m]));
            store_first(o, out + n, std::min(kLanes, head_width - column - n));
          }
        }
      }
      row += rows;
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
