// Layer normalisation in training; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_NORM_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_NORM_GRADIENT_INL_H_
#undef MANA_KERNELS_CPU_NORM_GRADIENT_INL_H_
#else
#define MANA_KERNELS_CPU_NORM_GRADIENT_INL_H_
#endif

#include <cstddef>

#include "mana/kernels/cpu/dropout-inl.h"
#include "mana/kernels/cpu/norm-inl.h"
#include "mana/kernels/gradients.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// h = x + dropout(y), a row; returns its sum.
HWY_INLINE float add_dropped(const AddNormForwardCall& call, std::size_t row, float* h) {
  const float *x = call.x + row * call.width, *y = row_of(call.y, row, call.width);
  if (!call.dropout.active()) return add_row(x, y, call.width, h);
  MaskRow mask(call.dropout, call.first_row + row);
  return add_row(x, y, call.width, h, [&](Vec value, std::size_t i) { return hn::Mul(value, mask.at(i)); });
}

/// Without dropout z has the bits of add_norm().
void add_norm_forward(const AddNormForwardCall& call) {
  const Tag d;
  const std::size_t width = call.width;
  for (std::size_t row = 0; row < call.rows; ++row) {
    float* const normal = call.normal + row * width;
    float* const h = call.sum == nullptr ? normal : call.sum + row * width;
    float* const z = call.z + row * width;
    const Vec mean = hn::Set(d, add_dropped(call, row, h) * (1.0f / static_cast<float>(width)));
    call.scale[row] = inverse_deviation(h, width, mean, call.epsilon);
    const Vec scale = hn::Set(d, call.scale[row]);
    along_row(width, [&](std::size_t i, std::size_t count, std::size_t) {
      const Vec n = hn::Mul(hn::Sub(load_first(h + i, count), mean), scale);
      store_first(n, normal + i, count);
      store_first(scaled_and_shifted(n, call.gamma, call.beta, i, count), z + i, count);
    });
  }
}

void norm_value(const NormValueCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    const float* normal = call.normal + row * call.width;
    float* z = call.z + row * call.width;
    along_row(call.width, [&](std::size_t i, std::size_t count, std::size_t) {
      store_first(scaled_and_shifted(load_first(normal + i, count), call.gamma, call.beta, i, count), z + i, count);
    });
  }
}

/// One row: adds dz ∘ n and dz to the block's sums on the way.
HWY_INLINE void norm_gradient_row(const AddNormGradientCall& call, std::size_t row, float* dgamma, float* dbeta) {
  const Tag d;
  const std::size_t width = call.width, begin = row * width;
  const float *dz = call.dz + begin, *normal = call.normal + begin;
  RunningSums sums, projected;
  along_row(width, [&](std::size_t i, std::size_t count, std::size_t part) {
    const Vec z = load_first(dz + i, count), n = load_first(normal + i, count);
    const Vec dn = hn::Mul(z, load_first(call.gamma + i, count));
    sums.part[part] = hn::Add(sums.part[part], dn);
    projected.part[part] = hn::MulAdd(dn, n, projected.part[part]);
    store_first(hn::MulAdd(z, n, load_first(dgamma + i, count)), dgamma + i, count);
    store_first(hn::Add(z, load_first(dbeta + i, count)), dbeta + i, count);
  });
  const float inverse_width = 1.0f / static_cast<float>(width);
  const Vec mean = hn::Set(d, sums.joined() * inverse_width), slope = hn::Set(d, projected.joined() * inverse_width);
  const Vec scale = hn::Set(d, call.scale[row]);
  const bool dropped = call.dropout.active();
  MaskRow mask(call.dropout, row);
  along_row(width, [&](std::size_t i, std::size_t count, std::size_t) {
    const Vec dn = hn::Mul(load_first(dz + i, count), load_first(call.gamma + i, count));
    const Vec dh = hn::Mul(hn::NegMulAdd(load_first(normal + i, count), slope, hn::Sub(dn, mean)), scale);
    store_first(dh, call.dh + begin + i, count);
    if (call.dy != nullptr) store_first(dropped ? hn::Mul(dh, mask.at(i)) : dh, call.dy + begin + i, count);
  });
}

void add_norm_gradient(const AddNormGradientCall& call) {
  for (std::size_t block = call.first_block; block < call.last_block; ++block) {
    float* const dgamma = call.partial + block * 2 * call.width;
    for (std::size_t i = 0; i < 2 * call.width; ++i) dgamma[i] = 0;
    const std::size_t last = HWY_MIN(call.rows, (block + 1) * kNormBlock);
    for (std::size_t row = block * kNormBlock; row < last; ++row) {
      norm_gradient_row(call, row, dgamma, dgamma + call.width);
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
