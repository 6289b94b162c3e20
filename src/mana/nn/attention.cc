#include "mana/nn/attention.h"

#include <array>
#include <optional>
#include <utility>

namespace mana::nn {
namespace {

/// What a gradient keeps of Q, K, V and B: the variables.
struct KeptInputs {
  explicit KeptInputs(const QueryKeyValue<Variable>& from)
      : parts{Part{from.q.of, from.q.first, from.q.count}, Part{from.k.of, from.k.first, from.k.count},
              Part{from.v.of, from.v.first, from.v.count}} {
    if (from.bias != nullptr) bias = *from.bias;
  }
  QueryKeyValue<Tensor> values() const {
    const auto columns = [](const Part& part) { return Columns<Tensor>{part.of.value(), part.first, part.count}; };
    return {columns(parts[0]), columns(parts[1]), columns(parts[2]), bias ? &bias->value() : nullptr};
  }
  bool wants_bias() const { return bias && bias->needs_gradient(); }

  struct Part {
    Variable of;
    std::size_t first;
    std::size_t count;
  };
  std::array<Part, 3> parts;  ///< Q, K, V
  std::optional<Variable> bias;
};

}  // namespace

/// S = softmax(Q Kᵀ / √d_k + B),   P = dropout(S),   O = P V;
/// dV = Pᵀ dO,   dS = dropout(dO Vᵀ),   dA = S ∘ (dS - Σ_keys S ∘ dS),   dQ = dA K / √d_k,   dK = dAᵀ Q / √d_k,
/// dB = dA
Variable attend(const Training& training, const QueryKeyValue<Variable>& from, const AttentionShape& shape, Use) {
  const kernels::Dropout dropout = training.masks.next(training.masks.attention);
  const KeptInputs kept(from);
  Tensor mixed = dropout.active() ? operations::attend_dropped(training.run(), kept.values(), shape, dropout)
                                  : operations::attend(training.run(), kept.values(), shape);
  const auto backward = [=](const Tensor& dout) {
    auto gradients =
        operations::attend_gradient(training.run(), kept.values(), shape, dropout, dout, kept.wants_bias());
    for (std::size_t part = 0; part < kept.parts.size(); ++part) {
      Tensor& gradient = gradients.matrices[part];
      const Variable& x = kept.parts[part].of;
      if (gradient.data() != nullptr && x.needs_gradient()) add_gradient(training, x, std::move(gradient));
    }
    if (kept.wants_bias()) add_gradient(training, *kept.bias, std::move(gradients.bias));
  };
  if (kept.bias) return training.tape.record(std::move(mixed), {from.q.of, from.k.of, from.v.of, *kept.bias}, backward);
  return training.tape.record(std::move(mixed), {from.q.of, from.k.of, from.v.of}, backward);
}

}  // namespace mana::nn
