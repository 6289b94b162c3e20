#include "mana/models/sentence/token_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>

#include "mana/base/errors.h"

namespace mana::models {
namespace {

/// The rows of x from `first` on.
Tensor rows_from(const nn::Run& run, const Tensor& x, std::size_t first) {
  Tensor rows = run.tensor(x.rows() - first, x.columns());
  for (std::size_t i = 0; i < rows.rows(); ++i) std::ranges::copy(x.row(first + i), rows.row(i).begin());
  return rows;
}

void require_mean(const PoolTokens& pool) {
  if (pool.modes.size() == 1 && pool.modes[0] == nn::Pooling::mean) return;
  throw ArgumentError(
      fmt::format("the model's pooling is {}, of which a vector is no mean of its tokens' vectors; mean is needed",
                  formats::names_of(pool.modes, " and ")));
}

/// What the mean is taken of, and the token that its first row is of.
template <class TokenEncoder>
std::pair<Tensor, std::size_t> pooled_rows(const Pooled<TokenEncoder>& pooled, const nn::Run& run,
                                           const nn::TokenBatch& text, std::size_t prompt_tokens) {
  require_mean(pooled.pool);
  const std::size_t skip = pooled.pool.include_prompt ? 0 : std::min(prompt_tokens, text.tokens());
  return {rows_from(run, pooled.encoder(run, text), skip), skip};
}

/// A token's vector is that of a text of this token alone.
std::pair<Tensor, std::size_t> pooled_rows(const StaticEmbedding& embedding, const nn::Run& run,
                                           const nn::TokenBatch& text, std::size_t) {
  std::vector<std::uint32_t> each(text.tokens() + 1);
  std::iota(each.begin(), each.end(), 0U);
  return {embedding(run, {.ids = text.ids, .type_ids = {}, .offsets = each}), 0};
}

/// x̄
std::vector<double> mean_of(const Tensor& x) {
  std::vector<double> mean(x.columns());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += double{x.row(i)[c]} / static_cast<double>(x.rows());
  }
  return mean;
}

double mean_of(std::span<const float> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// A(x) = x / ‖x̄‖
Tensor map_rows(const NormalizeRows&, const nn::Run&, Tensor x) {
  const std::vector<double> mean = mean_of(x);
  const double length = std::sqrt(std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0));
  if (length == 0) return x;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (float& each : x.row(i)) each = static_cast<float>(each / length);
  }
  return x;
}

/// A(x) = (x - mean(x)) / √(var(x̄) + ε) · γ + β
Tensor map_rows(const NormHead& head, const nn::Run&, Tensor x) {
  const std::vector<double> mean = mean_of(x);
  const auto width = static_cast<double>(mean.size());
  const double centre = std::accumulate(mean.begin(), mean.end(), 0.0) / width;
  double variance = 0;
  for (const double each : mean) variance += (each - centre) * (each - centre) / width;
  const double deviation = std::sqrt(variance + head.norm.epsilon);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const std::span<float> row = x.row(i);
    const double own_centre = mean_of(row);
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] = static_cast<float>((row[c] - own_centre) / deviation * head.norm.gamma[c] + head.norm.beta[c]);
    }
  }
  return x;
}

/// A(x) = x Wᵀ + b (+ x, or x Rᵀ)
Tensor map_rows(const DenseHead& head, const nn::Run& run, Tensor x) {
  if (head.activation == kernels::Activation::identity) return head(run, std::move(x));
  throw ArgumentError(fmt::format(
      "the model's dense layer ends with {}, behind which a vector is no mean of its tokens' vectors any more",
      kernels::name_of(head.activation)));
}

}  // namespace

TokenVectors token_vectors(const SentenceModel& model, const nn::Run& run, const nn::TokenBatch& text,
                           std::size_t prompt_tokens) {
  auto [x, first] =
      std::visit([&](const auto& kind) { return pooled_rows(kind, run, text, prompt_tokens); }, model.encoder);
  for (const SentenceModel::Head& head : model.heads) {
    x = std::visit([&](const auto& kind) { return map_rows(kind, run, std::move(x)); }, head);
  }
  TokenVectors vectors{first, x.columns(), {}};
  vectors.values.reserve(x.rows() * x.columns());
  for (std::size_t i = 0; i < x.rows(); ++i)
    vectors.values.insert(vectors.values.end(), x.row(i).begin(), x.row(i).end());
  return vectors;
}

}  // namespace mana::models
