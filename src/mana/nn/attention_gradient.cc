#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "mana/nn/attention.h"
#include "mana/nn/attention_calls.h"

namespace mana::nn {
namespace {

Tensor zeros(const Run& run, const Tensor& like) {
  Tensor x = run.tensor(like.rows(), like.columns());
  std::fill_n(x.data(), x.rows() * x.columns(), 0.0f);
  return x;
}

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

  struct Part {
    Variable of;
    std::size_t first;
    std::size_t count;
  };
  std::array<Part, 3> parts;  ///< Q, K, V
  std::optional<Variable> bias;
};

/// The gradients of Q, K, V and B: of each matrix once, zero in the columns that none of them has.
class InputGradients {
 public:
  InputGradients(const Run& run, const KeptInputs& kept) : kept_(kept) {
    for (std::size_t part = 0; part < 3; ++part) {
      if (matrix_of(part) != part) continue;
      const Tensor& x = kept.parts[part].of.value();
      std::size_t columns = 0;
      for (std::size_t other = 0; other < 3; ++other) {
        if (matrix_of(other) == part) columns += kept.parts[other].count;
      }
      gradients_[part] = columns < x.columns() ? zeros(run, x) : run.tensor(x.rows(), x.columns());
    }
    if (wants_bias()) dbias_ = zeros(run, kept.bias->value());
  }

  kernels::HeadRows<float> rows(std::size_t part, std::size_t row) {
    return rows_of<float>(gradients_[matrix_of(part)], row, kept_.parts[part].first);
  }
  Tensor* dbias() { return wants_bias() ? &dbias_ : nullptr; }

  void add(const Training& training) {
    for (std::size_t part = 0; part < 3; ++part) {
      const Variable& x = kept_.parts[part].of;
      if (matrix_of(part) == part && x.needs_gradient()) add_gradient(training, x, std::move(gradients_[part]));
    }
    if (wants_bias()) add_gradient(training, *kept_.bias, std::move(dbias_));
  }

 private:
  /// The first part that stands in the same matrix.
  std::size_t matrix_of(std::size_t part) const {
    const auto same = [&](std::size_t other) {
      return &kept_.parts[other].of.value() == &kept_.parts[part].of.value();
    };
    return same(0) ? 0 : same(1) ? 1 : part;
  }
  bool wants_bias() const { return kept_.bias && kept_.bias->needs_gradient(); }

  const KeptInputs& kept_;
  std::array<Tensor, 3> gradients_;
  Tensor dbias_;
};

}  // namespace

/// S = softmax(Q Kᵀ / √d_k + B),   P = dropout(S),   O = P V;
/// dV = Pᵀ dO,   dS = dropout(dO Vᵀ),   dA = S ∘ (dS - Σ_keys S ∘ dS),   dQ = dA K / √d_k,   dK = dAᵀ Q / √d_k,   dB =
/// dA
Variable attend(const Training& training, const QueryKeyValue<Variable>& from, const AttentionShape& shape, Use) {
  const Run& run = training.run();
  const kernels::Dropout dropout = training.masks.next(training.masks.attention);
  const KeptInputs kept(from);
  Tensor mixed;
  if (dropout.active()) {
    const QueryKeyValue<Tensor> values = kept.values();
    const Calls calls(values, shape, dropout);
    const auto timer = run.timer("attention", calls.arithmetic(1, 1));
    mixed = run.tensor(from.q.of.rows(), calls.result_columns());
    attend_by(run, training.kernels(), calls, mixed);
  } else {
    mixed = attend(run, kept.values(), shape);
  }
  const auto backward = [=](const Tensor& dout) {
    const QueryKeyValue<Tensor> values = kept.values();
    const Calls calls(values, shape, dropout);
    const auto timer = training.run().timer("attention gradient", calls.arithmetic(3, 2));  // S once more, then four
    InputGradients gradients(training.run(), kept);
    for_heads(training.run(), calls, shape.heads / shape.key_heads,
              training.kernels().attention_gradient_scratch(calls.longest()),
              [&](std::size_t text, AttentionCall& call) {
                const std::size_t query = shape.queries.begin(text), key = shape.keys.begin(text);
                training.kernels().attention_gradient(
                    call, {.dout = rows_of<const float>(dout, query, 0),
                           .dq = gradients.rows(0, query),
                           .dk = gradients.rows(1, key),
                           .dv = gradients.rows(2, key),
                           .dbias = bias_from<float>(gradients.dbias(), shape.heads, calls.place(text))});
              });
    gradients.add(training);
  };
  if (kept.bias) return training.tape.record(std::move(mixed), {from.q.of, from.k.of, from.v.of, *kept.bias}, backward);
  return training.tape.record(std::move(mixed), {from.q.of, from.k.of, from.v.of}, backward);
}

}  // namespace mana::nn
