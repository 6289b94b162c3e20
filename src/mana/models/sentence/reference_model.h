#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "mana/models/reference_layers.h"
#include "mana/models/sentence/trainable_model.h"

namespace mana::models {

/// The definition that tests hold a sentence model and its gradients to: the same equations in double, one operation
/// after the other, without batches or fusing, on weights that may be changed one by one.
class ReferenceModel {
 public:
  using Values = reference::Values;

  explicit ReferenceModel(const TrainableModel& model) : model_(model.model()) {
    for (const autograd::Parameter& parameter : model.parameters()) {
      weights.emplace_back(parameter.values.begin(), parameter.values.end());
    }
  }

  std::vector<Values> weights;  ///< of parameters(), in their order

  /// [texts, dimensions]
  Values operator()(const nn::TokenBatch& batch, nn::Masks masks, std::size_t prompt_tokens = 0) {
    next_ = 0;
    masks_ = masks;
    Values x = std::holds_alternative<Pooled<Bert>>(model_.encoder)
                   ? bert(std::get<Pooled<Bert>>(model_.encoder), batch, prompt_tokens)
                   : mean_of_table(batch);
    for (const SentenceModel::Head& head : model_.heads) x = after(head, std::move(x), batch.texts());
    return x;
  }

 private:
  const Values& next() { return weights.at(next_++); }

  Values linear(const Values& x, const Values& w, std::optional<Values> b,
                kernels::Activation f = kernels::Activation::identity) {
    if (!b) b = Values(w.size() / (x.size() / rows_));
    return reference::linear(x, rows_, w, *b, f);
  }
  Values linear(const Values& x, kernels::Activation f = kernels::Activation::identity) {
    const Values &w = next(), &b = next();
    return linear(x, w, b, f);
  }
  void norm(Values& x, float epsilon) {
    const Values &gamma = next(), &beta = next();
    reference::norm(x, gamma, beta, epsilon);
  }
  void drop(Values& x) { reference::drop(x, x.size() / rows_, masks_.next(masks_.hidden)); }

  Values bert(const Pooled<Bert>& pooled, const nn::TokenBatch& batch, std::size_t prompt_tokens) {
    const BertConfig& config = pooled.encoder.config;
    const std::size_t model = config.model;
    rows_ = batch.tokens();
    const Values &word = next(), &position = next(), &type = next();
    Values x(rows_ * model);
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      for (std::size_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
        const auto id = static_cast<std::size_t>(batch.ids[t]);
        const auto kind = batch.type_ids.empty() ? 0 : static_cast<std::size_t>(batch.type_ids[t]);
        for (std::size_t i = 0; i < model; ++i) {
          x[t * model + i] =
              word[id * model + i] + type[kind * model + i] + position[(t - batch.offsets[text]) * model + i];
        }
      }
    }
    norm(x, config.norm_epsilon);
    drop(x);
    for (std::size_t layer = 0; layer < config.layers; ++layer) {
      const Values q = linear(x), k = linear(x), v = linear(x);
      Values h = linear(attend(q, k, v, config.heads, batch));
      drop(h);
      reference::add(h, x);
      norm(h, config.norm_epsilon);
      const Values wide = linear(h, config.activation);
      x = linear(wide);
      drop(x);
      reference::add(x, h);
      norm(x, config.norm_epsilon);
    }
    return pool(pooled.pool, x, model, batch, prompt_tokens);
  }

  Values attend(const Values& q, const Values& k, const Values& v, std::size_t heads, const nn::TokenBatch& batch) {
    const kernels::Dropout dropout = masks_.next(masks_.attention);
    return reference::Attention{.queries = batch.offsets, .keys = batch.offsets, .heads = heads, .dropout = dropout}(
        q, k, v);
  }

  static Values pool(const PoolTokens& pooling, const Values& x, std::size_t width, const nn::TokenBatch& batch,
                     std::size_t prompt_tokens) {
    Values pooled;
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      const std::size_t skip = pooling.include_prompt ? 0 : prompt_tokens, length = batch.length(text);
      for (const nn::Pooling mode : pooling.modes) {
        for (std::size_t i = 0; i < width; ++i) {
          const auto h = [&](std::size_t t) { return x[(batch.offsets[text] + t) * width + i]; };
          double sum = 0, weighted = 0, weights = 0, largest = -std::numeric_limits<double>::infinity();
          for (std::size_t t = skip; t < length; ++t) {
            sum += h(t);
            weighted += static_cast<double>(t + 1) * h(t);
            weights += static_cast<double>(t + 1);
            largest = std::max(largest, h(t));
          }
          const auto count = static_cast<double>(length - skip);
          switch (mode) {
            case nn::Pooling::cls: pooled.push_back(h(skip)); break;
            case nn::Pooling::last_token: pooled.push_back(h(length - 1)); break;
            case nn::Pooling::max: pooled.push_back(largest); break;
            case nn::Pooling::mean: pooled.push_back(sum / count); break;
            case nn::Pooling::mean_sqrt_len: pooled.push_back(sum / std::sqrt(count)); break;
            case nn::Pooling::weighted_mean: pooled.push_back(weighted / weights); break;
          }
        }
      }
    }
    return pooled;
  }

  Values mean_of_table(const nn::TokenBatch& batch) {
    const Values& table = next();
    const std::size_t width = std::get<StaticEmbedding>(model_.encoder).width();
    Values y(batch.texts() * width);
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      for (std::size_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
        for (std::size_t i = 0; i < width; ++i) {
          y[text * width + i] +=
              table[static_cast<std::size_t>(batch.ids[t]) * width + i] / static_cast<double>(batch.length(text));
        }
      }
    }
    return y;
  }

  Values after(const SentenceModel::Head& head, Values x, std::size_t texts) {
    rows_ = texts;
    if (const auto* dense = std::get_if<DenseHead>(&head)) {
      const Values& w = next();
      std::optional<Values> b;
      if (dense->linear.bias) b = next();
      Values y = linear(x, w, b, dense->activation);
      if (dense->residual) reference::add(y, dense->shortcut ? linear(x, next(), {}) : x);
      return y;
    }
    if (const auto* layer_norm = std::get_if<NormHead>(&head)) {
      norm(x, layer_norm->norm.epsilon);
      return x;
    }
    const std::size_t width = x.size() / texts;
    for (std::size_t text = 0; text < texts; ++text) {
      double squares = 0;
      for (std::size_t i = 0; i < width; ++i) squares += x[text * width + i] * x[text * width + i];
      for (std::size_t i = 0; i < width; ++i) x[text * width + i] /= std::sqrt(squares);
    }
    return x;
  }

  const SentenceModel& model_;
  nn::Masks masks_;
  std::size_t next_ = 0;  ///< of the weights
  std::size_t rows_ = 0;  ///< of what goes through the layers
};

}  // namespace mana::models
