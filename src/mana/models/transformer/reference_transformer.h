#pragma once

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mana/models/reference_layers.h"
#include "mana/models/transformer/trainable_transformer.h"

namespace mana::models {

/// The definition that tests hold the encoder–decoder and its gradients to: its equations in double, on weights that
/// may be changed one by one. Parts that are tied have one of them.
class ReferenceTransformer {
 public:
  using Values = reference::Values;

  explicit ReferenceTransformer(TrainableTransformer& model) : config_(model.config()), model_(model.model()) {
    for (const autograd::Parameter& parameter : model.parameters()) {
      weights[parameter.name] = Values(parameter.values.begin(), parameter.values.end());
    }
  }

  std::map<std::string, Values> weights;  ///< by their names in the checkpoint

  /// The cross-entropy of each label, smoothed by ε.
  Values losses(const nn::TokenBatch& sources, const nn::TokenBatch& targets, const std::vector<std::uint32_t>& labels,
                double smoothing, nn::Masks masks) {
    masks_ = masks;
    const Values memory = encode(sources), states = decode(targets, memory, sources);
    const std::string table = config_.tied_output ? target_table() : "lm_head.weight";
    const Values logits =
        reference::linear(states, targets.tokens(), weights.at(table), weights.at("final_logits_bias"));
    const std::size_t classes = config_.target_vocabulary;
    Values losses;
    for (std::size_t t = 0; t < labels.size(); ++t) {
      double sum = 0, mean = 0;
      for (std::size_t k = 0; k < classes; ++k) {
        sum += std::exp(logits[t * classes + k]);
        mean += logits[t * classes + k] / static_cast<double>(classes);
      }
      losses.push_back(std::log(sum) - (1 - smoothing) * logits[t * classes + labels[t]] - smoothing * mean);
    }
    return losses;
  }

 private:
  std::string target_table() const {
    return config_.one_table ? "model.shared.weight" : "model.decoder.embed_tokens.weight";
  }

  Values encode(const nn::TokenBatch& sources) {
    const std::string table = config_.one_table ? "model.shared.weight" : "model.encoder.embed_tokens.weight";
    Values x = embed(sources, weights.at(table), "model.encoder", model_.source);
    const auto reach = config_.neighbours ? kernels::Reach::band(*config_.neighbours) : kernels::Reach::all();
    for (std::size_t i = 0; i < config_.encoder.layers; ++i) {
      const std::string layer = "model.encoder.layers." + std::to_string(i) + ".";
      x = residual(x, layer + "self_attn_layer_norm", [&](const Values& in) {
        return attend(layer + "self_attn.", in, sources, in, sources, config_.encoder.heads, reach);
      });
      x = residual(x, layer + "final_layer_norm", [&](const Values& in) { return feed_forward(layer, in); });
    }
    return last(std::move(x), "model.encoder.layer_norm");
  }

  Values decode(const nn::TokenBatch& targets, const Values& memory, const nn::TokenBatch& sources) {
    Values y = embed(targets, weights.at(target_table()), "model.decoder", model_.target);
    const std::size_t heads = config_.decoder.heads;
    for (std::size_t i = 0; i < config_.decoder.layers; ++i) {
      const std::string layer = "model.decoder.layers." + std::to_string(i) + ".";
      y = residual(y, layer + "self_attn_layer_norm", [&](const Values& in) {
        return attend(layer + "self_attn.", in, targets, in, targets, heads, kernels::Reach::causal());
      });
      y = residual(y, layer + "encoder_attn_layer_norm", [&](const Values& in) {
        return attend(layer + "encoder_attn.", in, targets, memory, sources, heads, kernels::Reach::all());
      });
      y = residual(y, layer + "final_layer_norm", [&](const Values& in) { return feed_forward(layer, in); });
    }
    return last(std::move(y), "model.decoder.layer_norm");
  }

  Values embed(const nn::TokenBatch& batch, const Values& word, const std::string& side,
               const SequenceEmbedding& embedding) {
    const std::size_t model = config_.model;
    Values x(batch.tokens() * model);
    for (std::size_t text = 0; text < batch.texts(); ++text) {
      for (std::size_t t = batch.offsets[text]; t < batch.offsets[text + 1]; ++t) {
        const std::size_t place = t - batch.offsets[text];
        for (std::size_t i = 0; i < model; ++i) {
          x[t * model + i] =
              static_cast<double>(embedding.factor) * word[static_cast<std::size_t>(batch.ids[t]) * model + i] +
              position(side, embedding.positions, place, i);
        }
      }
    }
    drop(x);
    return x;
  }

  double position(const std::string& side, const nn::Positions& positions, std::size_t place, std::size_t i) {
    const std::size_t model = config_.model, half = model / 2;
    if (std::holds_alternative<nn::NoPositions>(positions)) return 0;
    if (std::holds_alternative<nn::TrainedPositions>(positions)) {
      return weights.at(side + ".embed_positions.weight")[place * model + i];
    }
    const nn::SinusoidShape& shape = config_.sinusoids;
    const bool interleaved = shape.order == nn::SinusoidShape::Order::interleaved;
    const std::size_t pair = interleaved ? i / 2 : i % half;
    const bool sine = interleaved ? i % 2 == 0 : i < half;
    const auto n = static_cast<double>(shape.last == nn::SinusoidShape::Last::half_width ? half : half - 1);
    const double angle = static_cast<double>(place + shape.first) / std::pow(10000.0, static_cast<double>(pair) / n);
    return sine ? std::sin(angle) : std::cos(angle);
  }

  template <class Branch>
  Values residual(const Values& x, const std::string& norm, const Branch& branch) {
    const bool before = config_.norm == nn::NormPlace::before;
    Values y = branch(before ? normalized(x, norm) : x);
    drop(y);
    reference::add(y, x);
    return before ? y : normalized(std::move(y), norm);
  }

  Values attend(const std::string& layer, const Values& x, const nn::TokenBatch& queries, const Values& memory,
                const nn::TokenBatch& keys, std::size_t heads, const kernels::Reach& reach) {
    const Values q = linear(x, queries.tokens(), layer + "q_proj");
    const Values k = linear(memory, keys.tokens(), layer + "k_proj"),
                 v = linear(memory, keys.tokens(), layer + "v_proj");
    const reference::Attention attention{queries.offsets, keys.offsets, heads, reach, masks_.next(masks_.attention)};
    return linear(attention(q, k, v), queries.tokens(), layer + "out_proj");
  }

  Values feed_forward(const std::string& layer, const Values& x) {
    const std::size_t rows = x.size() / config_.model;
    return linear(linear(x, rows, layer + "fc1", config_.activation), rows, layer + "fc2");
  }

  Values linear(const Values& x, std::size_t rows, const std::string& map,
                kernels::Activation f = kernels::Activation::identity) {
    const Values& w = weights.at(map + ".weight");
    const auto bias = weights.find(map + ".bias");
    return reference::linear(x, rows, w, bias == weights.end() ? Values(w.size() / (x.size() / rows)) : bias->second,
                             f);
  }

  Values normalized(Values x, const std::string& norm) {
    reference::norm(x, weights.at(norm + ".weight"), weights.at(norm + ".bias"), config_.norm_epsilon);
    return x;
  }
  Values last(Values x, const std::string& norm) { return config_.last_norms ? normalized(std::move(x), norm) : x; }

  void drop(Values& x) { reference::drop(x, config_.model, masks_.next(masks_.hidden)); }

  const TransformerConfig& config_;
  const Transformer& model_;
  nn::Masks masks_;
};

}  // namespace mana::models
