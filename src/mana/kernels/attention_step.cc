#include "mana/kernels/attention_step.h"

#include "mana/kernels/cpu/tables.h"
#include "mana/kernels/reference/attention_step.h"

namespace mana::kernels {
namespace {

template <class Rounded>
constexpr AttentionSteps kReference = {
    {}, reference::append, reference::attention_step<Rounded>, reference::attention_step_scratch};

}  // namespace

const AttentionSteps& attention_steps(const Table& table) {
  if (table.isa != Isa::portable) return cpu_attention_steps(table);
  return table.precision == Precision::bf16 ? kReference<reference::RoundToBf16> : kReference<std::identity>;
}

}  // namespace mana::kernels
