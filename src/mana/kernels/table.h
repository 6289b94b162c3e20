#pragma once

#include <cstddef>

#include "mana/kernels/activation.h"
#include "mana/kernels/isa.h"

namespace mana::kernels {

/// y = f(x W + b) for the outputs of panels [first_panel, last_panel); W lies packed (packed_linear.h).
struct LinearCall {
  const float* x;  ///< [rows, inputs]
  std::size_t rows;
  std::size_t inputs;
  const float* panels;  ///< [panels, inputs, panel_width]
  const float* bias;    ///< [panels · panel_width]
  std::size_t outputs;
  Activation activation;
  float* y;  ///< [rows, outputs]
  std::size_t first_panel;
  std::size_t last_panel;
};

/// z = LayerNorm(x + y), row by row; y may be null. z may be x or y.
struct AddNormCall {
  const float* x;  ///< [rows, width]
  const float* y;  ///< [rows, width] or null
  std::size_t rows;
  std::size_t width;
  const float* gamma;  ///< [width]
  const float* beta;   ///< [width]
  float epsilon;
  float* z;  ///< [rows, width]
};

/// O = softmax(Q Kᵀ / √d_k) V for heads [first_head, last_head) of one text. Q, K and V lie side by side in `qkv`.
struct AttentionCall {
  const float* qkv;  ///< [length, 3 · heads · head_width]
  std::size_t length;
  std::size_t heads;
  std::size_t head_width;
  std::size_t first_head;
  std::size_t last_head;
  float* out;      ///< [length, heads · head_width]
  float* scratch;  ///< attention_scratch(length, head_width) floats, 64-byte aligned
};

/// The f32 kernels of one instruction-set level. In each, the order in which an output element is summed depends on
/// the shape of its own row or text alone, never on the rows beside it or on how the work is split (promise P1).
struct Table {
  Isa isa;
  std::size_t panel_width;  ///< outputs side by side in a panel of packed weights
  void (*linear)(const LinearCall&);
  void (*add_norm)(const AddNormCall&);
  void (*attention)(const AttentionCall&);
  std::size_t (*attention_scratch)(std::size_t length, std::size_t head_width);
};

/// The kernels of a level that the processor has (isa.h: choose_isa). Levels without f32 kernels of their own (amx)
/// use those of the level below.
const Table& table(Isa isa);

}  // namespace mana::kernels
