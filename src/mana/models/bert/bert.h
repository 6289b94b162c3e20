#pragma once

#include <utility>
#include <vector>

#include "mana/models/bert/config.h"
#include "mana/nn/embedding.h"
#include "mana/nn/encoder_layer.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/parts.h"

namespace mana::models {

/// x_t = LayerNorm(word[id_t] + type[type_t] + position[t])      -> [tokens, model], t from 0 in each text
/// In training x is dropped out.
struct BertEmbeddings {
  nn::EmbeddingTable word;      ///< [vocabulary, model]
  nn::EmbeddingTable position;  ///< [positions, model]
  nn::EmbeddingTable type;      ///< [types, model]
  nn::LayerNorm norm;

  static void parts(auto& self, auto&& visit) {
    visit("word", self.word, nn::ByToken());
    visit("position", self.position);
    visit("type", self.type);
    visit("norm", self.norm);
  }

  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::TokenBatch& batch) const {
    return nn::drop(run, norm(run, sum(run, batch)));
  }

 private:
  /// word + type + position
  Tensor sum(const nn::Run& run, const nn::TokenBatch& batch) const;
  nn::Variable sum(const nn::Training& training, const nn::TokenBatch& batch) const;
};

/// The encoder of BERT (Devlin et al. 2019): embeddings, then post-norm Transformer layers.
struct Bert {
  using Config = BertConfig;

  Config config;
  BertEmbeddings embed;
  std::vector<nn::EncoderLayer> layers;

  /// In its shapes, without weights.
  static Bert make(const Config& config, const kernels::WeightLayout& layout);

  static void parts(auto& self, auto&& visit) {
    visit("embeddings", self.embed);
    visit("layers", self.layers, nn::Stack());
  }

  /// -> [tokens, model], the last hidden state
  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::TokenBatch& batch) const {
    nn::Stream x = embed(run, batch);
    for (const nn::EncoderLayer& layer : layers) x = layer(run, std::move(x), batch);
    return end_of(run, std::move(x));
  }
};

}  // namespace mana::models
