#include "mana/nn/attention.h"

#include <algorithm>

namespace mana::nn {
namespace {

/// [tokens, 3 · model] -> [tokens, model]: every head of every text by itself.
Tensor attend(const Run& run, const Tensor& qkv, std::size_t heads, const PackedTokens& batch) {
  const std::size_t model = qkv.columns() / 3, head_width = model / heads;
  std::size_t longest = 0, pairs = 0;
  for (std::size_t text = 0; text < batch.texts(); ++text) {
    longest = std::max(longest, batch.length(text));
    pairs += batch.length(text) * batch.length(text);
  }
  const auto timer = run.timer("attention", 4.0 * static_cast<double>(pairs * model));  // Q Kᵀ and S V
  Tensor mixed = run.tensor(qkv.rows(), model);
  // A row of scratch for each thread.
  const std::size_t scratch_size = (run.kernels.attention_scratch(longest, head_width) + 15) / 16 * 16;
  Tensor scratch = run.tensor(run.threads(), scratch_size);
  run.split(heads, [&](std::size_t first, std::size_t last, unsigned thread) {
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      run.kernels.attention({.qkv = qkv.data() + batch.offsets[text] * qkv.columns(),
                             .length = batch.length(text),
                             .heads = heads,
                             .head_width = head_width,
                             .first_head = first,
                             .last_head = last,
                             .out = mixed.data() + batch.offsets[text] * model,
                             .scratch = scratch.row(thread).data()});
    }
  });
  return mixed;
}

}  // namespace

Tensor SelfAttention::operator()(const Run& run, const Tensor& x, const PackedTokens& batch) const {
  return output(run, attend(run, query_key_value(run, x), heads, batch));
}

}  // namespace mana::nn
