#include "mana/models/bert/bert.h"

#include <array>
#include <utility>

#include "mana/operations/lookup.h"

namespace mana::models {
Tensor BertEmbeddings::sum(const nn::Run& run, const nn::TokenBatch& batch) const {
  using operations::Key;
  const std::array<operations::Lookup, 3> lookups{
      {{word.stored(), Key::id, batch.ids}, {type.stored(), Key::id, batch.type_ids}, {position.stored(), Key::place}}};
  return operations::sum_of_lookups(run, lookups, batch.sequences());
}

/// dword[id_t] += dx_t,   dtype[type_t] += dx_t,   dposition[t] += dx_t
nn::Variable BertEmbeddings::sum(const nn::Training& training, const nn::TokenBatch& batch) const {
  Tensor x = sum(training.run(), batch);
  const nn::TrainedParts& parts = training.parts;
  if (!parts.of(word).trains() && !parts.of(type).trains() && !parts.of(position).trains()) {
    return training.tape.constant(std::move(x));
  }
  return training.tape.record(std::move(x), [this, training, batch](const Tensor& dx) {
    const auto timer = training.run().timer("embeddings gradient");
    add_lookup_gradient(training, word, batch.ids, dx);
    add_lookup_gradient(training, type, batch.type_ids, dx);
    add_place_gradient(training, position, batch.sequences(), dx);
  });
}

Bert Bert::make(const BertConfig& config, const kernels::WeightLayout& layout) {
  const std::size_t model = config.model;
  const auto linear = [&](std::size_t outputs, std::size_t inputs) {
    return nn::Linear{kernels::MatrixWeights(outputs, inputs, layout)};
  };
  const nn::LayerNorm norm{std::vector<float>(model), std::vector<float>(model), config.norm_epsilon};
  Bert bert;
  bert.config = config;
  bert.embed = {nn::EmbeddingTable(config.vocabulary, model), nn::EmbeddingTable(config.positions, model),
                nn::EmbeddingTable(config.types, model), norm};
  for (std::size_t i = 0; i < config.layers; ++i) {
    nn::EncoderLayer layer;
    layer.attend = {.query_key_value = linear(3 * model, model), .output = linear(model, model), .heads = config.heads};
    layer.attend.query_key_value.stacked = {model, model, model};
    layer.attend_norm = {norm};
    layer.feed_forward = {
        .widen = linear(config.inner, model), .narrow = linear(model, config.inner), .activation = config.activation};
    layer.feed_norm = {norm};
    bert.layers.push_back(std::move(layer));
  }
  return bert;
}

}  // namespace mana::models
