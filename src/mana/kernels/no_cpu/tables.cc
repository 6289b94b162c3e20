// Stands in for cpu/ where the processor is none that it was written for: no level above `reference` is available
// there, so nobody asks for its kernels.
#include "mana/kernels/cpu/tables.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/kernels/peak.h"

namespace mana::kernels {
namespace {

[[noreturn]] void refuse(Isa isa) {
  throw ArgumentError(
      fmt::format("this processor has no kernels of the level {}, only the reference ones", name_of(isa)));
}

}  // namespace

const Table& cpu_table(Isa isa, Precision) { refuse(isa); }
const AttentionSteps& cpu_attention_steps(const Table& table) { refuse(table.isa); }
const GradientTable& cpu_gradient_table(Isa isa, Precision) { refuse(isa); }
const WordKernels& cpu_word_kernels(Isa isa) { refuse(isa); }
const PeakLoop& peak_loop(Isa isa, Precision) { refuse(isa); }

}  // namespace mana::kernels
