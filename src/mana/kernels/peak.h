#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"

namespace mana::kernels {

/// The instruction that the matrix kernel of a level and precision spends its time in, run on registers alone: what no
/// kernel of that level can surpass.
///
/// One round is, for each register of sums s and each of the `operands` registers a_i:  s += a_i · b, where a lane of
/// small elements is a group of them, multiplied in pairs and added. Registers are vectors, multiplied lane by lane, or
/// matrices of 16 x 16 lanes, multiplied as matrices. The caller gives the data, since zeros and powers of two draw
/// less power and run at higher clocks than what a model computes with.
struct PeakLoop {
  std::string_view instruction;
  std::size_t lanes;     ///< 32-bit lanes of a register
  std::size_t group;     ///< products of one lane by another
  std::size_t depth;     ///< lanes by lanes that one lane of sums adds at once: 1 for vectors, 16 for matrices
  std::size_t sums;      ///< registers of sums, enough to hide the instruction's latency
  std::size_t operands;  ///< registers a_i
  /// a: [operands, lanes], b: [lanes], both of groups in 32 bits; sums: [sums, lanes] of f32, of int32 for int8.
  void (*run)(std::uint64_t rounds, const void* a, const void* b, void* sums);

  /// Multiplications and additions of one round.
  double operations() const { return 2.0 * static_cast<double>(lanes * group * depth * sums * operands); }
};

/// For a level of avx2 or above that the processor has, and a precision that is available() there. A level without
/// kernels of its own has the peak of the level below.
const PeakLoop& peak_loop(Isa isa, Precision precision);

}  // namespace mana::kernels
