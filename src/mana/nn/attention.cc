#include "mana/nn/attention.h"

#include <algorithm>
#include <utility>

#include "mana/nn/factors.h"

namespace mana::nn {
namespace {

std::size_t longest_of(const PackedTokens& batch) {
  std::size_t longest = 0;
  for (std::size_t text = 0; text < batch.texts(); ++text) longest = std::max(longest, batch.length(text));
  return longest;
}

/// The multiplications and additions of `products` products of a text's tokens with each other, over all texts.
double arithmetic_of(const PackedTokens& batch, std::size_t model, double products) {
  std::size_t pairs = 0;
  for (std::size_t text = 0; text < batch.texts(); ++text) pairs += batch.length(text) * batch.length(text);
  return 2.0 * products * static_cast<double>(pairs * model);
}

/// Calls work(text, first_head, last_head, scratch) for all heads of all texts; each thread has some of the heads, and
/// `scratch_size` floats.
template <class Work>
void for_heads(const Run& run, std::size_t heads, const PackedTokens& batch, std::size_t scratch_size,
               const Work& work) {
  Tensor scratch = run.tensor(run.threads(), (scratch_size + 15) / 16 * 16);
  run.split(heads, [&](std::size_t first, std::size_t last, unsigned thread) {
    for (std::size_t text = 0; text < batch.texts(); ++text) work(text, first, last, scratch.row(thread).data());
  });
}

Tensor attend_dropped(const Training& training, const kernels::Dropout& dropout, const Tensor& qkv, std::size_t heads,
                      const PackedTokens& batch) {
  const Run& run = training.run();
  const std::size_t model = qkv.columns() / 3, head_width = model / heads;
  const auto timer = run.timer("attention", arithmetic_of(batch, model, 2));
  Tensor mixed = run.tensor(qkv.rows(), model);
  for_heads(run, heads, batch, training.kernels().attention_scratch(longest_of(batch), head_width),
            [&](std::size_t text, std::size_t first, std::size_t last, float* scratch) {
              training.kernels().attention({.qkv = qkv.data() + batch.offsets[text] * qkv.columns(),
                                            .dropout = dropout,
                                            .first_row = batch.offsets[text],
                                            .length = batch.length(text),
                                            .heads = heads,
                                            .head_width = head_width,
                                            .first_head = first,
                                            .last_head = last,
                                            .out = mixed.data() + batch.offsets[text] * model,
                                            .scratch = scratch});
            });
  return mixed;
}

}  // namespace

Tensor attend(const Run& run, const Tensor& qkv, std::size_t heads, const PackedTokens& batch, Use use) {
  const std::size_t model = qkv.columns() / 3, head_width = model / heads;
  const auto timer = run.timer("attention", arithmetic_of(batch, model, 2));  // Q Kᵀ and S V
  const Ready ready(run, qkv, run.kernels.rounded);
  Tensor mixed = result_of(run, qkv.rows(), model, use);
  for_heads(run, heads, batch, run.kernels.attention_scratch(longest_of(batch), head_width),
            [&](std::size_t text, std::size_t first, std::size_t last, float* scratch) {
              run.kernels.attention({.qkv = values_from(*ready, batch.offsets[text]),
                                     .length = batch.length(text),
                                     .heads = heads,
                                     .head_width = head_width,
                                     .first_head = first,
                                     .last_head = last,
                                     .out = values_from(mixed, batch.offsets[text]),
                                     .scratch = scratch,
                                     .rounded = ready->factors(),
                                     .out_rounded = mixed.factors(),
                                     .first_row = batch.offsets[text]});
            });
  return mixed;
}

/// S = softmax(Q Kᵀ / √d_k),   P = dropout(S),   O = P V;
/// dV = Pᵀ dO,   dS = dropout(dO Vᵀ),   dA = S ∘ (dS - Σ_keys S ∘ dS),   dQ = dA K / √d_k,   dK = dAᵀ Q / √d_k
Variable attend(const Training& training, Variable qkv, std::size_t heads, const PackedTokens& batch, Use) {
  const kernels::Dropout dropout = training.masks.next(training.masks.attention);
  Tensor mixed = dropout.active() ? attend_dropped(training, dropout, qkv.value(), heads, batch)
                                  : attend(training.run(), qkv.value(), heads, batch, Use::value);
  return training.tape.record(std::move(mixed), {qkv}, [=](const Tensor& dout) {
    const Run& run = training.run();
    const std::size_t model = dout.columns(), head_width = model / heads;
    const auto timer = run.timer("attention gradient", arithmetic_of(batch, model, 5));  // S once more, then four
    Tensor dqkv = run.tensor(dout.rows(), 3 * model);
    for_heads(run, heads, batch, training.kernels().attention_gradient_scratch(longest_of(batch), head_width),
              [&](std::size_t text, std::size_t first, std::size_t last, float* scratch) {
                training.kernels().attention_gradient({.qkv = qkv.value().data() + batch.offsets[text] * qkv.columns(),
                                                       .dout = dout.data() + batch.offsets[text] * model,
                                                       .dropout = dropout,
                                                       .first_row = batch.offsets[text],
                                                       .length = batch.length(text),
                                                       .heads = heads,
                                                       .head_width = head_width,
                                                       .first_head = first,
                                                       .last_head = last,
                                                       .dqkv = dqkv.data() + batch.offsets[text] * dqkv.columns(),
                                                       .scratch = scratch});
              });
    add_gradient(training, qkv, std::move(dqkv));
  });
}

}  // namespace mana::nn
