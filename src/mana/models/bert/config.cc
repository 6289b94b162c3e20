#include "mana/models/bert/config.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/json.h"

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

BertConfig read_bert_config(const std::filesystem::path& folder) {
  const json::Document document = json::Document::read(folder / "config.json");
  const json::Value root = document.root();
  const json::Value type = root.at("model_type");
  if (type.string() != "bert") type.fail(fmt::format("is '{}'; only 'bert' is supported", type.string()));
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

std::vector<BertTensor> bert_tensors(const BertConfig& config) {
  std::vector<BertTensor> tensors;
  const auto add = [&](std::string name, formats::Shape shape, const std::string& part) {
    tensors.push_back({std::move(name), std::move(shape), part});
  };
  const auto linear = [&](const std::string& name, std::size_t outputs, std::size_t inputs, const std::string& part) {
    add(name + ".weight", {outputs, inputs}, part);
    add(name + ".bias", {outputs}, part);
  };
  const auto norm = [&](const std::string& name, const std::string& part) {
    add(name + ".weight", {config.model}, part);
    add(name + ".bias", {config.model}, part);
  };

  add("embeddings.word_embeddings.weight", {config.vocabulary, config.model}, "word embeddings");
  add("embeddings.position_embeddings.weight", {config.positions, config.model}, "position embeddings");
  add("embeddings.token_type_embeddings.weight", {config.types, config.model}, "token type embeddings");
  norm("embeddings.LayerNorm", "embedding norm");
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    const std::string prefix = fmt::format("encoder.layer.{}.", layer), part = fmt::format("encoder layer {}", layer);
    for (const char* name : {"query", "key", "value"}) {
      linear(prefix + "attention.self." + name, config.model, config.model, part);
    }
    linear(prefix + "attention.output.dense", config.model, config.model, part);
    norm(prefix + "attention.output.LayerNorm", part);
    linear(prefix + "intermediate.dense", config.inner, config.model, part);
    linear(prefix + "output.dense", config.model, config.inner, part);
    norm(prefix + "output.LayerNorm", part);
  }
  return tensors;
}

namespace {

/// LayerNorm.weight and LayerNorm.bias under the names that the first checkpoints gave them.
std::string old_norm_name(const std::string& name) {
  const std::size_t end = name.rfind("LayerNorm.");
  if (end == std::string::npos) return name;
  return name.substr(0, end) + (name.ends_with(".weight") ? "LayerNorm.gamma" : "LayerNorm.beta");
}

}  // namespace

std::vector<BertTensor> bert_tensors_in(const formats::Checkpoint& checkpoint, const BertConfig& config) {
  std::vector<BertTensor> tensors = bert_tensors(config);
  const std::string prefix = checkpoint.find("bert." + tensors.front().name) == nullptr ? "" : "bert.";
  for (BertTensor& tensor : tensors) {
    const std::string old = prefix + old_norm_name(tensor.name);
    tensor.name = prefix + tensor.name;
    if (checkpoint.find(tensor.name) == nullptr && checkpoint.find(old) != nullptr) tensor.name = old;
    const formats::Shape& shape = checkpoint.at(tensor.name).shape;
    if (shape != tensor.shape) {
      throw FormatError(fmt::format("{}: tensor {} has shape {}, but config.json makes it {}",
                                    checkpoint.folder().string(), tensor.name, formats::to_string(shape),
                                    formats::to_string(tensor.shape)));
    }
  }
  return tensors;
}

}  // namespace mana::models
