#include "mana/models/bert/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mana/models/bert/names.h"
#include "mana/models/config_values.h"

namespace mana::models {

BertConfig BertConfig::read(const json::Value& root) {
  if (const auto kind = root.find("position_embedding_type"); kind && kind->string() != "absolute") {
    kind->fail(fmt::format("is '{}'; only 'absolute' is supported", kind->string()));
  }
  if (const auto decoder = root.find("is_decoder"); decoder && decoder->boolean()) {
    decoder->fail("is true; only encoders are supported");
  }

  BertConfig config;
  config.vocabulary = size_at(root, "vocab_size", kMostRows);
  config.positions = size_at(root, "max_position_embeddings", kMostRows);
  config.types = root.find("type_vocab_size") ? size_at(root, "type_vocab_size", kMostRows) : 2;
  config.model = size_at(root, "hidden_size", kMostWidth);
  config.inner = size_at(root, "intermediate_size", kMostWidth);
  config.layers = size_at(root, "num_hidden_layers", kMostLayers);
  const json::Value heads = root.at("num_attention_heads");
  config.heads = static_cast<std::size_t>(heads.integer(1, kMostWidth));
  if (config.model % config.heads != 0) {
    heads.fail(fmt::format("is {}, which does not divide hidden_size {}", config.heads, config.model));
  }
  if (config.layers * std::max(config.model, config.inner) > kMostLayerWidths) {
    root.at("num_hidden_layers").fail(fmt::format("is {}: no model has so many layers of such a width", config.layers));
  }
  config.norm_epsilon = norm_epsilon_at(root, "layer_norm_eps", config.norm_epsilon);
  config.hidden_dropout = probability_at(root, "hidden_dropout_prob", config.hidden_dropout);
  config.attention_dropout = probability_at(root, "attention_probs_dropout_prob", config.attention_dropout);
  if (const auto activation = root.find("hidden_act")) {
    config.activation = activation_of(*activation);
    config.activation_name = activation->string();
  }
  return config;
}

std::string BertConfig::json(std::string_view architecture) const {
  const nlohmann::ordered_json root = {{"architectures", {architecture}},
                                       {"model_type", kFamily},
                                       {"vocab_size", vocabulary},
                                       {"hidden_size", model},
                                       {"num_hidden_layers", layers},
                                       {"num_attention_heads", heads},
                                       {"intermediate_size", inner},
                                       {"hidden_act", activation_name},
                                       {"hidden_dropout_prob", shortest(hidden_dropout)},
                                       {"attention_probs_dropout_prob", shortest(attention_dropout)},
                                       {"max_position_embeddings", positions},
                                       {"type_vocab_size", types},
                                       {"initializer_range", 0.02},
                                       {"layer_norm_eps", shortest(norm_epsilon)},
                                       {"tie_word_embeddings", true},
                                       {"dtype", "float32"}};
  return root.dump(2) + "\n";
}

const NameTable& BertConfig::names() const { return kBertNames; }

EncoderFacts BertConfig::facts() const {
  return {.width = model,
          .vocabulary = vocabulary,
          .positions = positions,
          .types = types,
          .hidden_dropout = hidden_dropout,
          .attention_dropout = attention_dropout,
          .layers = layers,
          .layer_weights = layers * model * (4 * model + 2 * inner),
          .listed = {{"type", std::string(kFamily)},
                     {"layers", layers},
                     {"width", model},
                     {"heads", heads},
                     {"inner", inner},
                     {"activation", activation_name},
                     {"positions", positions},
                     {"vocabulary", vocabulary}},
          .summary = fmt::format("{}, {} layers of {}", kFamily, layers, model)};
}

}  // namespace mana::models
