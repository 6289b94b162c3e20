#include "mana/kernels/table.h"

#include "mana/kernels/cpu/f32.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"

namespace mana::kernels {
namespace {

/// The reference kernels in the table's calling convention: a panel is one output, so the packed weights are the plain
/// ones.
constexpr Table kReference = {
    Isa::reference,
    1,
    [](const LinearCall& call) {
      reference::linear(call.x, call.inputs, call.rows, call.panels + call.first_panel * call.inputs,
                        call.bias + call.first_panel, call.inputs, call.last_panel - call.first_panel, call.activation,
                        call.y + call.first_panel, call.outputs);
    },
    [](const AddNormCall& call) {
      reference::add_norm(call.x, call.y, call.rows, call.width, call.gamma, call.beta, call.epsilon, call.z);
    },
    [](const AttentionCall& call) {
      const std::size_t model = call.heads * call.head_width;
      for (std::size_t head = call.first_head; head < call.last_head; ++head) {
        const float* q = call.qkv + head * call.head_width;
        reference::attention(q, q + model, q + 2 * model, 3 * model, call.length, call.head_width,
                             call.out + head * call.head_width, model, call.scratch);
      }
    },
    [](std::size_t length, std::size_t) { return length; },
};

}  // namespace

const Table& table(Isa isa) {
  switch (isa) {
    case Isa::reference: return kReference;
    case Isa::avx2: return f32_table_avx2();
    case Isa::avx512:
    case Isa::amx: return f32_table_avx512();
  }
  return kReference;
}

}  // namespace mana::kernels
