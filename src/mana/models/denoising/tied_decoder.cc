#include "mana/models/denoising/tied_decoder.h"

#include "mana/models/bert/pretraining.h"

namespace mana::models {

TiedDecoder TiedDecoder::make(const BertConfig& config, std::size_t dimensions, const kernels::WeightLayout& layout) {
  const std::size_t model = config.model;
  TiedDecoder made;
  for (std::size_t i = 0; i < config.layers; ++i) {
    Layer& layer = made.layers.emplace_back();
    layer.value = {kernels::MatrixWeights(model, dimensions, layout)};
    layer.output = {kernels::MatrixWeights(model, model, layout)};
    layer.norm = {{std::vector<float>(model), std::vector<float>(model), config.norm_epsilon}};
  }
  made.words = masked_word_head(config, layout);
  return made;
}

nn::Variable TiedDecoder::losses(const nn::Training& training, const Bert& encoder, const nn::Variable& vectors,
                                 const nn::TokenBatch& targets, std::vector<std::uint32_t> labels) const {
  std::vector<std::uint32_t> texts;
  texts.reserve(targets.tokens());
  for (std::uint32_t text = 0; text < targets.texts(); ++text) texts.insert(texts.end(), targets.length(text), text);
  nn::Stream y = encoder.embed(training, targets);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    y = layers[i](training, encoder.layers[i], y, targets, vectors, texts);
  }
  return words.losses(training, end_of(training, y), std::move(labels));
}

}  // namespace mana::models
