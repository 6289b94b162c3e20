#pragma once

#include "mana/kernels/attention_step.h"
#include "mana/kernels/gradients.h"
#include "mana/kernels/table.h"
#include "mana/kernels/word_vectors.h"

namespace mana::kernels {

/// The vectorised kernels of a level above `reference` that the processor has, for a precision available() there.
const Table& cpu_table(Isa isa, Precision precision);

/// The same of training, for f32 or bf16.
const GradientTable& cpu_gradient_table(Isa isa, Precision precision);

/// Those for keys and values that stay, with the bits of such a table's attention.
const AttentionSteps& cpu_attention_steps(const Table& table);

/// The same of word vectors.
const WordKernels& cpu_word_kernels(Isa isa);

}  // namespace mana::kernels
