#include "mana/operations/attend.h"
#include "mana/operations/attention_calls.h"
#include "mana/operations/elementwise.h"
#include "mana/operations/training_kernels.h"

namespace mana::operations {
namespace {

constexpr std::size_t kQ = 0, kK = 1, kV = 2;

/// Where the gradients of Q, K, V and B are added up.
class Sums {
 public:
  Sums(const Run& run, const QueryKeyValue<Tensor>& from, bool wants_bias) : parts_{&from.q, &from.k, &from.v} {
    for (const std::size_t part : {kQ, kK, kV}) {
      if (matrix_of(part) != part) continue;
      const Tensor& x = parts_[part]->of;
      std::size_t columns = 0;
      for (const std::size_t other : {kQ, kK, kV}) {
        if (matrix_of(other) == part) columns += parts_[other]->count;
      }
      const bool whole = columns == x.columns();  // then all of it will be written
      sums_.matrices[part] = whole ? run.tensor(x.rows(), x.columns()) : zeros(run, x.rows(), x.columns());
    }
    if (wants_bias) sums_.bias = zeros(run, from.bias->rows(), from.bias->columns());
  }

  kernels::HeadRows<float> rows(std::size_t part, std::size_t row) {
    return rows_of<float>(sums_.matrices[matrix_of(part)], row, parts_[part]->first);
  }
  Tensor* bias() { return sums_.bias.data() == nullptr ? nullptr : &sums_.bias; }
  AttentionGradients take() { return std::move(sums_); }

 private:
  /// The first part that stands in the same matrix.
  std::size_t matrix_of(std::size_t part) const {
    const auto same = [&](std::size_t other) { return &parts_[other]->of == &parts_[part]->of; };
    return same(kQ) ? kQ : same(kK) ? kK : part;
  }

  std::array<const Columns<Tensor>*, 3> parts_;
  AttentionGradients sums_;
};

}  // namespace

AttentionGradients attend_gradient(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape,
                                   const kernels::Dropout& dropout, const Tensor& dout, bool wants_bias) {
  const kernels::GradientTable& kernels = training_kernels(run);
  const Calls calls(from, shape, dropout);
  const auto timer = run.timer("attention gradient", calls.arithmetic(3, 2));  // S once more, then four
  Sums sums(run, from, wants_bias);
  const std::size_t together = shape.heads / shape.key_heads;
  for_heads(run, calls, together, kernels.attention_gradient_scratch(calls.longest()),
            [&](std::size_t text, AttentionCall& call) {
              const std::size_t query = shape.queries.begin(text), key = shape.keys.begin(text);
              kernels.attention_gradient(call,
                                         {.dout = rows_of<const float>(dout, query, 0),
                                          .dq = sums.rows(kQ, query),
                                          .dk = sums.rows(kK, key),
                                          .dv = sums.rows(kV, key),
                                          .dbias = bias_from<float>(sums.bias(), shape.heads, calls.place(text))});
            });
  return sums.take();
}

}  // namespace mana::operations
