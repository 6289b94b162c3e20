#include "mana/operations/attend.h"

#include <optional>

#include "mana/operations/attention_calls.h"
#include "mana/operations/training_kernels.h"

namespace mana::operations {
namespace {

/// Each matrix as the kernel takes it, made ready once.
class AttentionInputs {
 public:
  AttentionInputs(const Run& run, const QueryKeyValue<Tensor>& from) : q_(run, from.q.of, run.kernels.rounded) {
    const auto& k = from.k.of;
    const auto& v = from.v.of;
    if (&k != &from.q.of) k_.emplace(run, k, run.kernels.rounded);
    if (&v != &k && &v != &from.q.of) v_.emplace(run, v, run.kernels.rounded);
    const Tensor& ready_k = k_ ? **k_ : *q_;
    const Tensor& ready_v = v_ ? **v_ : &v == &k ? ready_k : *q_;
    from_.emplace(QueryKeyValue<Tensor>{{*q_, from.q.first, from.q.count},
                                        {ready_k, from.k.first, from.k.count},
                                        {ready_v, from.v.first, from.v.count},
                                        from.bias});
  }
  const QueryKeyValue<Tensor>& operator*() const { return *from_; }

 private:
  Operands q_;
  std::optional<Operands> k_, v_;
  std::optional<QueryKeyValue<Tensor>> from_;
};

/// By the kernels that serve, or by those that train.
template <class Kernels>
void attend_by(const Run& run, const Kernels& kernels, const Calls& calls, Tensor& mixed) {
  for_heads(run, calls, 1, kernels.attention_scratch(calls.longest()), [&](std::size_t text, AttentionCall& call) {
    call.out = rows_of<float>(mixed, calls.shape().queries.begin(text), 0);
    kernels.attention(call);
  });
}

}  // namespace

Tensor attend(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape, Use use) {
  const auto timer = run.timer("attention", Calls(from, shape).arithmetic(1, 1));  // Q Kᵀ and S V
  const AttentionInputs ready(run, from);
  const Calls calls(*ready, shape);
  Tensor mixed = result_of(run, from.q.of.rows(), calls.result_columns(), use);
  attend_by(run, run.kernels, calls, mixed);
  return mixed;
}

Tensor attend_dropped(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape,
                      const kernels::Dropout& dropout) {
  const Calls calls(from, shape, dropout);
  const auto timer = run.timer("attention", calls.arithmetic(1, 1));
  Tensor mixed = run.tensor(from.q.of.rows(), calls.result_columns());
  attend_by(run, training_kernels(run), calls, mixed);
  return mixed;
}

}  // namespace mana::operations
