#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/kernels/cross_entropy.h"
#include "mana/kernels/dropout.h"
#include "mana/kernels/table.h"

namespace mana::kernels {

// The kernels of training beside those of table.h. All matrices are row-major without gaps unless said otherwise.
// "d" before a name is the derivative of the loss by it.

/// The gradient of y = x Wᵀ + b by its parameters, added up:  dW += dyᵀ x,  db += Σ_rows dy.
/// Work is split by parts: weight_gradient_parts() of them along the longer side of W.
struct WeightGradientCall {
  const float* x;   ///< [rows, inputs]
  const float* dy;  ///< [rows, outputs]
  std::size_t rows;
  std::size_t inputs;
  std::size_t outputs;
  float* dw;  ///< [outputs, inputs]
  float* db;  ///< [outputs], or null: not wanted
  std::size_t first_part;
  std::size_t last_part;
  std::byte* scratch;  ///< weight_gradient_scratch(rows, inputs, outputs) bytes, 64-byte aligned
};

inline constexpr std::size_t kWeightGradientPart = 32;  ///< outputs, or inputs where there are more of them
inline std::size_t weight_gradient_parts(std::size_t inputs, std::size_t outputs) {
  return ((inputs > outputs ? inputs : outputs) + kWeightGradientPart - 1) / kWeightGradientPart;
}

/// Lays weights out again, in memory that a MatrixWeights has (MatrixWeights::allocate()): panels [first_panel,
/// last_panel) of W, or of its transpose, with which Table::linear computes the gradient of the input, dx = dy W.
struct LayOutCall {
  const float* weights;  ///< W [outputs, inputs]; transposed: the matrix that is transposed, [inputs, outputs]
  const float* bias;     ///< [outputs], or null: zero
  bool transposed;
  MatrixWeights& to;  ///< of the table's layout, in f32 or bf16
  std::size_t first_panel;
  std::size_t last_panel;
};

/// y = f(x). y may be x.
struct ActivateCall {
  Activation activation;
  const float* x;
  std::size_t count;
  float* y;
};

/// dx = dy f'(x), x what went into f. dx may be x or dy.
struct ActivationGradientCall {
  Activation activation;
  const float* x;
  const float* dy;
  std::size_t count;
  float* dx;
};

/// y = dropout(x), and as well its gradient: the same mask once more. y may be x.
struct DropoutCall {
  Dropout dropout;
  const float* x;         ///< [rows, width]
  std::size_t first_row;  ///< of the whole matrix, which the mask belongs to: x is its rows from here on
  std::size_t rows;
  std::size_t width;
  float* y;  ///< [rows, width]
};

/// h = x + dropout(y),   z = LayerNorm(h) with what its gradient needs. y may be null.
struct AddNormForwardCall {
  const float* x;  ///< [rows, width]
  const float* y;  ///< [rows, width] or null
  Dropout dropout;
  std::size_t first_row;  ///< as in DropoutCall
  std::size_t rows;
  std::size_t width;
  const float* gamma;  ///< [width]
  const float* beta;   ///< [width]
  float epsilon;
  float* z;              ///< [rows, width]; may be x or y
  float* normal;         ///< [rows, width]: n = (h - mean(h)) / √(var(h) + ε); may be x or y, not z
  float* scale;          ///< [rows]: 1 / √(var(h) + ε)
  float* sum = nullptr;  ///< h [rows, width], where it is kept: x, y or other memory than z's and n's
};

/// z = n γ + β once more: the same bits.
struct NormValueCall {
  const float* normal;  ///< [rows, width]
  std::size_t rows;
  std::size_t width;
  const float* gamma;  ///< [width]
  const float* beta;   ///< [width]
  float* z;            ///< [rows, width]
};

/// Its gradient: dh, which is that of x, and dropout(dh), that of y. Rows come in blocks of kNormBlock; the sums of
/// each block for dγ and dβ lie side by side in `partial`, to be added up by add_rows.
struct AddNormGradientCall {
  const float* dz;      ///< [rows, width], the whole matrix, like all that follow
  const float* normal;  ///< [rows, width]
  const float* scale;   ///< [rows]
  const float* gamma;   ///< [width]
  Dropout dropout;
  std::size_t rows;
  std::size_t width;
  float* dh;  ///< [rows, width]; may be dz
  float* dy;  ///< [rows, width], or null: not wanted; may be dz, not dh
  std::size_t first_block;
  std::size_t last_block;
  float* partial;  ///< [norm_blocks(rows), 2 · width]: of each block Σ dz n, Σ dz
};

inline constexpr std::size_t kNormBlock = 32;
inline std::size_t norm_blocks(std::size_t rows) { return (rows + kNormBlock - 1) / kNormBlock; }

/// sum += the rows of x, one after the other, for columns [first, last).
struct AddRowsCall {
  const float* x;  ///< [rows, stride]
  std::size_t rows;
  std::size_t stride;
  std::size_t first;
  std::size_t last;
  float* sum;  ///< [stride]
};

/// table[ids[t]] += dy[t] for every token t in order, columns [first, last): the gradient of a look-up.
struct EmbeddingGradientCall {
  const std::int32_t* ids;  ///< [tokens], rows of the table
  std::size_t tokens;
  const float* dy;  ///< [tokens, width]
  std::size_t width;
  std::size_t first;
  std::size_t last;
  float* table;  ///< [any, width]
};

/// y += factor · x.
struct AddCall {
  const float* x;
  float factor;
  std::size_t count;
  float* y;
};

/// One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), with the same bits at every level:
///   g ← factor · g,  m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²
///   w ← (1 - rate · decay) w - rate · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
struct AdamWCall {
  const float* gradient;
  std::size_t count;
  float gradient_factor;  ///< of clipping and of averages
  float beta1;
  float beta2;
  float epsilon;
  float decay_factor;        ///< 1 - rate · decay
  float step_size;           ///< rate / (1 - β₁ᵗ)
  float inverse_correction;  ///< 1 / √(1 - β₂ᵗ)
  float* first_moment;
  float* second_moment;
  float* values;
};

/// The kernels of training of one instruction-set level and precision. In each, the order in which an element is summed
/// does not depend on how the work is split, so training gives the same bits on any number of threads.
struct GradientTable {
  Isa isa;
  Precision precision;
  void (*weight_gradient)(const WeightGradientCall&);
  std::size_t (*weight_gradient_scratch)(std::size_t rows, std::size_t inputs, std::size_t outputs);
  void (*lay_out)(const LayOutCall&);
  void (*activate)(const ActivateCall&);
  void (*activation_gradient)(const ActivationGradientCall&);
  void (*dropout)(const DropoutCall&);
  void (*add_norm)(const AddNormForwardCall&);
  void (*norm_value)(const NormValueCall&);
  void (*add_norm_gradient)(const AddNormGradientCall&);
  void (*add_rows)(const AddRowsCall&);
  void (*attention)(const AttentionCall&);  ///< in f32 at every precision, with dropout
  std::size_t (*attention_scratch)(const AttentionCall&);
  void (*attention_gradient)(const AttentionCall&, const AttentionGradient&);
  std::size_t (*attention_gradient_scratch)(const AttentionCall&);
  void (*embedding_gradient)(const EmbeddingGradientCall&);
  void (*add)(const AddCall&);
  void (*logit_sums)(const LogitSumsCall&);
  void (*cross_entropy_gradient)(const CrossEntropyGradientCall&);
  void (*adamw)(const AdamWCall&);
  /// Σ x², with the same bits at every level.
  double (*sum_of_squares)(const float* x, std::size_t count);
};

/// The kernels that belong to table(isa, precision), for f32 or bf16.
const GradientTable& gradient_table(Isa isa, Precision precision = Precision::f32);

}  // namespace mana::kernels
