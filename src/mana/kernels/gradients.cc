#include "mana/kernels/gradients.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "mana/kernels/cpu/tables.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/attention_call.h"
#include "mana/kernels/reference/cross_entropy.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"
#include "mana/kernels/reference/optimiser.h"
#include "mana/kernels/weight_gradient_range.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels {
namespace {

template <class Rounding>
void weight_gradient(const WeightGradientCall& call, const Rounding& round) {
  const WeightGradientRange range(call);
  reference::weight_gradient(call.x, call.dy, call.rows, call.inputs, call.outputs, range.first_output,
                             range.last_output, range.first_input, range.last_input, call.dw, round);
  reference::bias_gradient(call.dy, call.rows, call.outputs, range.first_bias, range.last_bias, call.db);
}

void weight_gradient_f32(const WeightGradientCall& call) {
  weight_gradient(call, [](float value) { return value; });
}

void weight_gradient_bf16(const WeightGradientCall& call) {
  weight_gradient(call, [](float value) { return bfloat16_to_float(float_to_bfloat16(value)); });
}

void lay_out(const LayOutCall& call) {
  call.to.lay_out(call.weights, call.transposed, call.bias, call.first_panel, call.last_panel);
}

void activate(const ActivateCall& call) {
  for (std::size_t i = 0; i < call.count; ++i) call.y[i] = reference::activate(call.activation, call.x[i]);
}

void activation_gradient(const ActivationGradientCall& call) {
  for (std::size_t i = 0; i < call.count; ++i) {
    call.dx[i] = call.dy[i] * reference::activation_derivative(call.activation, call.x[i]);
  }
}

void dropout(const DropoutCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    for (std::size_t i = 0; i < call.width; ++i) {
      call.y[row * call.width + i] =
          call.x[row * call.width + i] * reference::dropout_factor(call.dropout, call.first_row + row, i);
    }
  }
}

void add_norm(const AddNormForwardCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    const std::size_t begin = row * call.width;
    float* const h = call.normal + begin;
    for (std::size_t i = 0; i < call.width; ++i) {
      const float x = call.x[begin + i];
      h[i] = call.y == nullptr
                 ? x
                 : x + call.y[begin + i] * reference::dropout_factor(call.dropout, call.first_row + row, i);
      if (call.sum != nullptr) call.sum[begin + i] = h[i];
    }
    call.scale[row] = reference::norm_forward(h, call.width, call.gamma, call.beta, call.epsilon, call.z + begin, h);
  }
}

void norm_value(const NormValueCall& call) {
  for (std::size_t i = 0; i < call.rows * call.width; ++i) {
    call.z[i] = call.normal[i] * call.gamma[i % call.width] + call.beta[i % call.width];
  }
}

void add_norm_gradient(const AddNormGradientCall& call) {
  for (std::size_t block = call.first_block; block < call.last_block; ++block) {
    float* const dgamma = call.partial + block * 2 * call.width;
    std::fill(dgamma, dgamma + 2 * call.width, 0.0f);
    for (std::size_t row = block * kNormBlock; row < std::min(call.rows, (block + 1) * kNormBlock); ++row) {
      const std::size_t begin = row * call.width;
      reference::norm_gradient(call.dz + begin, call.normal + begin, call.scale[row], call.width, call.gamma,
                               call.dh + begin, dgamma, dgamma + call.width);
      for (std::size_t i = 0; i < call.width && call.dy != nullptr; ++i) {
        call.dy[begin + i] = call.dh[begin + i] * reference::dropout_factor(call.dropout, row, i);
      }
    }
  }
}

void add_rows(const AddRowsCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    for (std::size_t i = call.first; i < call.last; ++i) call.sum[i] += call.x[row * call.stride + i];
  }
}

void embedding_gradient(const EmbeddingGradientCall& call) {
  for (std::size_t token = 0; token < call.tokens; ++token) {
    float* const row = call.table + static_cast<std::size_t>(call.ids[token]) * call.width;
    for (std::size_t i = call.first; i < call.last; ++i) row[i] += call.dy[token * call.width + i];
  }
}

void add(const AddCall& call) {
  for (std::size_t i = 0; i < call.count; ++i) call.y[i] = std::fma(call.factor, call.x[i], call.y[i]);
}

constexpr GradientTable reference_table(Precision precision, void (*weight_gradient)(const WeightGradientCall&)) {
  return {
      .isa = Isa::portable,
      .precision = precision,
      .weight_gradient = weight_gradient,
      .weight_gradient_scratch = [](std::size_t, std::size_t, std::size_t) { return std::size_t{0}; },
      .lay_out = lay_out,
      .activate = activate,
      .activation_gradient = activation_gradient,
      .dropout = dropout,
      .add_norm = add_norm,
      .norm_value = norm_value,
      .add_norm_gradient = add_norm_gradient,
      .add_rows = add_rows,
      .attention = reference::attention<>,
      .attention_scratch = reference::attention_scratch,
      .attention_gradient = reference::attention_gradient,
      .attention_gradient_scratch = reference::attention_gradient_scratch,
      .embedding_gradient = embedding_gradient,
      .add = add,
      .logit_sums = reference::logit_sums,
      .cross_entropy_gradient = reference::cross_entropy_gradient,
      .adamw = reference::adamw,
      .sum_of_squares = reference::sum_of_squares,
  };
}

constexpr GradientTable kReferenceF32 = reference_table(Precision::f32, weight_gradient_f32);
constexpr GradientTable kReferenceBf16 = reference_table(Precision::bf16, weight_gradient_bf16);

}  // namespace

const GradientTable& gradient_table(Isa isa, Precision precision) {
  if (isa != Isa::portable) return cpu_gradient_table(isa, precision);
  return precision == Precision::bf16 ? kReferenceBf16 : kReferenceF32;
}

}  // namespace mana::kernels
