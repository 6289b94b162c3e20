// The rows of one head laid out in panels; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_HEAD_PANELS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_HEAD_PANELS_INL_H_
#undef MANA_KERNELS_CPU_HEAD_PANELS_INL_H_
#else
#define MANA_KERNELS_CPU_HEAD_PANELS_INL_H_
#endif

#include "mana/kernels/cpu/block-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

HWY_INLINE std::size_t panels_for(std::size_t columns) { return (columns + kPanelWidth - 1) / kPanelWidth; }

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
HWY_INLINE void lay_out_keys(const float* k, std::size_t stride, std::size_t length, std::size_t head_width,
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
HWY_INLINE void lay_out_values(const float* v, std::size_t stride, std::size_t length, std::size_t head_width,
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

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
