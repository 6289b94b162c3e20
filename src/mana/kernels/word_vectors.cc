#include "mana/kernels/word_vectors.h"

#include "mana/kernels/cpu/tables.h"
#include "mana/kernels/reference/word_vectors.h"

namespace mana::kernels {
namespace {

void logistic(const LogisticCall& call) {
  reference::logistic(call.x, call.inputs, call.y, call.labels, call.steps, call.outputs, call.width, call.dx,
                      call.scratch);
}

constexpr WordKernels kReference = {
    Isa::portable,           logistic, reference::gather<float>, reference::scatter<float>, reference::mean<float>,
    reference::spread<float>};

}  // namespace

/// The vectorised kernels write up to a vector behind the values that they need.
std::size_t logistic_scratch(std::size_t inputs, std::size_t outputs) { return inputs * outputs + 2 * kRowMultiple; }

const WordKernels& word_kernels(Isa isa) { return isa == Isa::portable ? kReference : cpu_word_kernels(isa); }

}  // namespace mana::kernels
