#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "mana/base/random.h"
#include "mana/models/transformer/trainable_transformer.h"
#include "mana/train/sequence/token_pairs.h"

namespace mana::train {

/// What tests train: a language of 20 words, whose translation has the words in reverse order, each the next of the
/// other language's.
constexpr text::TokenId kPad = 0, kEnd = 1, kFirstWord = 2, kWords = 20;

inline models::TransformerConfig small_translator() {
  models::TransformerConfig config;
  config.source_vocabulary = config.target_vocabulary = kFirstWord + kWords;
  config.positions = 16;
  config.model = 16;
  config.encoder = config.decoder = {.layers = 1, .heads = 2, .inner = 32};
  config.dropout = 0.1f;
  config.pad = config.start = kPad;
  config.end = kEnd;
  return config;
}

inline models::TrainableTransformer fresh_translator(const models::TransformerConfig& config) {
  return {config, 7, kernels::choose_isa(), kernels::Precision::f32};
}

inline TokenPairs small_pairs(std::size_t count, std::uint64_t seed = 5) {
  Random random(seed);
  TokenPairs pairs;
  pairs.name = "pairs.tsv";
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<text::TokenId> words(1 + random.below(6));
    for (text::TokenId& word : words) word = static_cast<text::TokenId>(random.below(kWords));
    for (const text::TokenId word : words) pairs.source.ids.push_back(kFirstWord + word);
    std::ranges::reverse(words);
    for (const text::TokenId word : words) pairs.target.ids.push_back(kFirstWord + (word + 1) % kWords);
    pairs.source.close(kEnd);
    pairs.target.close(kEnd);
    const auto tokens = static_cast<std::uint32_t>(words.size() + 1);
    pairs.lengths.push_back({tokens, tokens});
    pairs.lines.push_back(static_cast<std::uint32_t>(i + 2));
  }
  return pairs;
}

inline std::vector<float> weights_of(models::TrainableTransformer& model) {
  std::vector<float> weights;
  for (const autograd::Parameter& parameter : model.parameters()) {
    weights.insert(weights.end(), parameter.values.begin(), parameter.values.end());
  }
  return weights;
}

}  // namespace mana::train
