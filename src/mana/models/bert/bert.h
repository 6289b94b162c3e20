#pragma once

#include <memory>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/models/bert/config.h"
#include "mana/nn/embedding.h"
#include "mana/nn/encoder_layer.h"
#include "mana/nn/layer_norm.h"

namespace mana::models {

/// x_t = LayerNorm(word[id_t] + type[type_t] + position[t])      -> [tokens, model], t from 0 in each text
struct BertEmbeddings {
  nn::EmbeddingTable word;      ///< [vocabulary, model]
  nn::EmbeddingTable position;  ///< [positions, model]
  nn::EmbeddingTable type;      ///< [types, model]
  nn::LayerNorm norm;

  Tensor operator()(const nn::Run& run, const nn::PackedTokens& batch) const;

 private:
  Tensor sum(const nn::Run& run, const nn::PackedTokens& batch) const;  ///< word + type + position
};

/// The encoder of BERT (Devlin et al. 2019): embeddings, then post-norm Transformer layers.
struct Bert {
  BertConfig config;
  BertEmbeddings embed;
  std::vector<nn::EncoderLayer> layers;

  /// -> [tokens, model], the last hidden state
  Tensor operator()(const nn::Run& run, const nn::PackedTokens& batch) const {
    Tensor x = embed(run, batch);
    for (const nn::EncoderLayer& layer : layers) x = layer(run, x, batch);
    return x;
  }
};

/// Lays the weights out for these kernels. The embedding tables stay in the checkpoint's mapped files.
/// Throws FormatError that names the tensor which is missing or has another shape than config.json makes it.
Bert load_bert(const BertConfig& config, std::shared_ptr<const formats::Checkpoint> checkpoint,
               const kernels::Table& kernels);

}  // namespace mana::models
