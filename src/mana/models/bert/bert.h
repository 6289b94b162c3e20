#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/models/bert/config.h"
#include "mana/nn/embedding.h"
#include "mana/nn/encoder_layer.h"
#include "mana/nn/layer_norm.h"

namespace mana::models {

/// x_t = LayerNorm(word[id_t] + type[type_t] + position[t])      -> [tokens, model], t from 0 in each text
/// In training x is dropped out.
struct BertEmbeddings {
  nn::EmbeddingTable word;      ///< [vocabulary, model]
  nn::EmbeddingTable position;  ///< [positions, model]
  nn::EmbeddingTable type;      ///< [types, model]
  nn::LayerNorm norm;

  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::PackedTokens& batch) const {
    return nn::drop(run, norm(run, sum(run, batch)));
  }

 private:
  /// word + type + position
  Tensor sum(const nn::Run& run, const nn::PackedTokens& batch) const;
  nn::Variable sum(const nn::Training& training, const nn::PackedTokens& batch) const;
};

/// The encoder of BERT (Devlin et al. 2019): embeddings, then post-norm Transformer layers.
struct Bert {
  BertConfig config;
  BertEmbeddings embed;
  std::vector<nn::EncoderLayer> layers;

  /// -> [tokens, model], the last hidden state
  template <class Context = nn::Run>
  auto operator()(const Context& run, const nn::PackedTokens& batch) const {
    auto x = embed(run, batch);
    for (const nn::EncoderLayer& layer : layers) x = layer(run, x, batch);
    return x;
  }
};

/// The encoder's layers in their shapes, without weights.
Bert make_bert(const BertConfig& config, const kernels::WeightLayout& layout);

/// Every part of the encoder that holds weights, in the order of bert_tensors(): the one list from which they are read
/// and written. Calls visit(name, part), a part being an nn::EmbeddingTable, nn::LayerNorm or nn::Linear; `encoder` is
/// a Bert or a const Bert.
template <class Encoder, class Visit>
void for_each_part(Encoder& encoder, Visit&& visit) {
  visit("embeddings.word", encoder.embed.word);
  visit("embeddings.position", encoder.embed.position);
  visit("embeddings.type", encoder.embed.type);
  visit("embeddings.norm", encoder.embed.norm);
  for (std::size_t i = 0; i < encoder.layers.size(); ++i) {
    auto& layer = encoder.layers[i];
    const std::string prefix = "layers." + std::to_string(i) + ".";
    visit(prefix + "attend.query_key_value", layer.attend.query_key_value);
    visit(prefix + "attend.output", layer.attend.output);
    visit(prefix + "attend_norm", layer.attend_norm);
    visit(prefix + "feed_forward.widen", layer.feed_forward.widen);
    visit(prefix + "feed_forward.narrow", layer.feed_forward.narrow);
    visit(prefix + "feed_norm", layer.feed_norm);
  }
}

/// Gives the parts the weights of a checkpoint. The embedding tables stay in its mapped files.
/// Throws FormatError that names the tensor which is missing or has another shape than config.json makes it.
void read_bert(std::shared_ptr<const formats::Checkpoint> checkpoint, Bert& bert);

}  // namespace mana::models
