#include "mana/models/bert/config.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "mana/models/bert/names.h"

namespace mana::models {
namespace {

using kernels::Activation;

/// The names that transformers gives its activations.
Activation activation_of(const json::Value& name) {
  constexpr std::array<std::pair<std::string_view, Activation>, 9> kActivations = {
      {{"gelu", Activation::gelu},
       {"gelu_python", Activation::gelu},
       {"gelu_new", Activation::gelu_tanh},
       {"gelu_pytorch_tanh", Activation::gelu_tanh},
       {"relu", Activation::relu},
       {"silu", Activation::silu},
       {"swish", Activation::silu},
       {"tanh", Activation::tanh},
       {"sigmoid", Activation::sigmoid}}};
  for (const auto& [known, activation] : kActivations) {
    if (name.string() == known) return activation;
  }
  name.fail(fmt::format("is '{}', an activation that is not supported", name.string()));
}

std::size_t size_at(const json::Value& config, std::string_view key, std::int64_t limit) {
  return static_cast<std::size_t>(config.at(key).integer(1, limit));
}

float probability_at(const json::Value& config, std::string_view key, float otherwise) {
  const auto value = config.find(key);
  if (!value) return otherwise;
  if (const double probability = value->number(); probability >= 0 && probability < 1) {
    return static_cast<float>(probability);
  }
  value->fail("is not a probability from 0 to below 1");
}

}  // namespace

BertConfig BertConfig::read(const json::Value& root) {
  if (const auto kind = root.find("position_embedding_type"); kind && kind->string() != "absolute") {
    kind->fail(fmt::format("is '{}'; only 'absolute' is supported", kind->string()));
  }
  if (const auto decoder = root.find("is_decoder"); decoder && decoder->boolean()) {
    decoder->fail("is true; only encoders are supported");
  }

  constexpr std::int64_t kWidth = 1 << 16, kRows = 1 << 24;
  BertConfig config;
  config.vocabulary = size_at(root, "vocab_size", kRows);
  config.positions = size_at(root, "max_position_embeddings", kRows);
  config.types = root.find("type_vocab_size") ? size_at(root, "type_vocab_size", kRows) : 2;
  config.model = size_at(root, "hidden_size", kWidth);
  config.inner = size_at(root, "intermediate_size", kWidth);
  config.layers = size_at(root, "num_hidden_layers", 1000);
  const json::Value heads = root.at("num_attention_heads");
  config.heads = static_cast<std::size_t>(heads.integer(1, kWidth));
  if (config.model % config.heads != 0) {
    heads.fail(fmt::format("is {}, which does not divide hidden_size {}", config.heads, config.model));
  }
  if (const auto epsilon = root.find("layer_norm_eps")) config.norm_epsilon = static_cast<float>(epsilon->number());
  config.hidden_dropout = probability_at(root, "hidden_dropout_prob", config.hidden_dropout);
  config.attention_dropout = probability_at(root, "attention_probs_dropout_prob", config.attention_dropout);
  if (const auto activation = root.find("hidden_act")) {
    config.activation = activation_of(*activation);
    config.activation_name = activation->string();
  }
  return config;
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
