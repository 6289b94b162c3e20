#pragma once

#include <optional>
#include <string_view>

#include "mana/kernels/isa.h"

namespace mana::kernels {

/// In what the products are computed. Sums, norms, softmax and what layers add to each other are f32 in all of them.
///   f32   f32 weights and inputs
///   bf16  both rounded to bfloat16, summed in f32; attention's operands, too
///   int8  weights as int8 with a scale for each output, inputs as 8 bits with a range for each token, summed exactly;
///         where `auto` is bf16, attention's operands and what one product hands to the next are rounded to that
enum class Precision { f32, bf16, int8 };

/// "f32", "bf16", "int8"; nothing for any other name.
std::optional<Precision> precision_named(std::string_view name);
std::string_view name_of(Precision precision);

/// Whether this processor computes in `precision` at `isa`: bf16 needs AVX-512 BF16 or AMX (or the reference kernels).
bool available(Precision precision, Isa isa);

/// What `auto` means, by a fixed table and never by a timing (promise P1): bf16 where the processor is fast at it (AMX,
/// or AVX-512 BF16 by AMD, whose dot product has twice the throughput of f32; Intel's has half), else f32.
Precision automatic_precision(Isa isa);

}  // namespace mana::kernels
