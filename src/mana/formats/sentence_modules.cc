#include "mana/formats/sentence_modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/formats/inside_folder.h"

namespace mana::formats {
namespace {

constexpr std::int64_t kMaxSize = std::int64_t{1} << 31;
constexpr std::int64_t kMaxWidth = 1 << 20;  // of vectors: memory for some is asked for before weights prove it
constexpr std::string_view kSentenceEmbedding = "sentence_embedding";

std::size_t size_at(const json::Value& config, std::string_view key) {
  return static_cast<std::size_t>(config.at(key).integer(1, kMaxSize));
}

std::size_t width_at(const json::Value& config, std::string_view key) {
  return static_cast<std::size_t>(config.at(key).integer(1, kMaxWidth));
}

std::optional<std::size_t> optional_size(const json::Value& config, std::string_view key) {
  const auto value = config.find(key);
  return value ? std::optional(static_cast<std::size_t>(value->integer(1, kMaxSize))) : std::nullopt;
}

bool boolean_or(const json::Value& config, std::string_view key, bool otherwise) {
  const auto value = config.find(key);
  return value ? value->boolean() : otherwise;
}

/// Null included, which find() takes for absent.
bool has_key(const json::Value& config, std::string_view wanted) {
  const auto members = config.object();
  return std::any_of(members.begin(), members.end(), [&](const auto& member) { return member.first == wanted; });
}

/// The only value of `key` that is understood here, or its absence.
void require(const json::Value& config, std::string_view key, std::string_view only) {
  const auto value = config.find(key);
  if (value && value->string() != only) {
    value->fail(fmt::format("is {}; only {} is supported", printable(value->string()), only));
  }
}

/// A module may take its input from another place than the sentence's vector, and put its output elsewhere.
void require_sentence_embedding(const json::Value& config) {
  require(config, "module_input_name", kSentenceEmbedding);
  require(config, "module_output_name", kSentenceEmbedding);
}

/// An object that would change what the model computes; empty ones are written by every save.
void require_empty(const json::Value& config, std::string_view key) {
  const auto value = config.find(key);
  if (value && !value->object().empty()) value->fail("is not supported");
}

PoolingMode mode_of(const json::Value& value) {
  try {
    return pooling_mode(value.string());
  } catch (const ArgumentError& error) {
    value.fail(fmt::format("is not known: {}", error.what()));
  }
}

/// "sentence_transformers.models.Pooling" and its later addresses are told by the last name. Any other package's class
/// is code that comes with the model.
std::string class_of(const json::Value& type) {
  const std::string_view name = type.string();
  if (!name.starts_with("sentence_transformers.")) {
    type.fail(
        fmt::format("is {}; a class from outside sentence_transformers is code of the model's own, which is not run",
                    printable(name)));
  }
  const std::string_view last = name.substr(name.rfind('.') + 1);
  static constexpr std::array kKnown = {"Transformer", "StaticEmbedding", "Pooling", "Dense",
                                        "LayerNorm",   "Normalize",       "Dropout"};
  if (std::find(kKnown.begin(), kKnown.end(), last) == kKnown.end()) {
    type.fail(fmt::format("is {}; this module is not supported", printable(name)));
  }
  return std::string(last);
}

}  // namespace

std::vector<ModuleEntry> parse_module_list(const json::Value& list) {
  std::vector<ModuleEntry> modules;
  for (const json::Value& entry : list.array()) {
    const json::Value path = entry.at("path");
    if (!stays_inside(path.string()))
      path.fail(fmt::format("is {}, which is not inside the folder", printable(path.string())));
    modules.push_back({class_of(entry.at("type")), path.string()});
    const std::size_t index = modules.size() - 1;
    const std::string& type = modules.back().type;
    if ((type == "Transformer" || type == "StaticEmbedding") != (index == 0))
      entry.fail("does not fit: a Transformer or StaticEmbedding comes first, and only there");
    if ((type == "Pooling") != (index == 1 && modules.front().type == "Transformer"))
      entry.fail("does not fit: one Pooling follows the Transformer, and none a StaticEmbedding");
  }
  if (modules.empty() || (modules.size() < 2 && modules.front().type == "Transformer"))
    list.fail("must list a Transformer and a Pooling, or a StaticEmbedding");
  return modules;
}

TransformerSettings parse_transformer(const json::Value& config) {
  // What sentence-transformers takes; any other key is an error there too.
  static constexpr std::array<std::string_view, 18> kKnown = {
      "max_seq_length",     "do_lower_case", "transformer_task", "modality_config",
      "module_output_name", "unpad_inputs",  "backend",          "processing_kwargs",
      "query_expansion",    "query_length",  "document_length",  "tokenizer_name_or_path",
      "model_args",         "model_kwargs",  "tokenizer_args",   "processor_kwargs",
      "config_args",        "config_kwargs"};
  for (const auto& [key, value] : config.object()) {
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) value.fail("is not known for a Transformer");
  }
  require(config, "transformer_task", "feature-extraction");
  require(config, "module_output_name", "token_embeddings");
  if (const auto modalities = config.find("modality_config")) {
    const json::Value text = modalities->at("text");
    require(text, "method", "forward");
    require(text, "method_output_name", "last_hidden_state");
  }
  for (const auto key : {"processing_kwargs", "query_expansion"}) require_empty(config, key);
  for (const auto key : {"query_length", "document_length", "tokenizer_name_or_path"}) {
    if (const auto value = config.find(key)) value->fail("is not supported");
  }
  // Arguments of other classes: what changes no vector is passed over.
  std::optional<std::size_t> max_tokens = optional_size(config, "max_seq_length");
  for (const auto key :
       {"model_args", "model_kwargs", "tokenizer_args", "processor_kwargs", "config_args", "config_kwargs"}) {
    const auto arguments = config.find(key);
    if (!arguments) continue;
    for (const auto& [name, value] : arguments->object()) {
      // In which type numbers are kept is for --precision to say.
      static constexpr std::array<std::string_view, 8> kHarmless = {"trust_remote_code",
                                                                    "attn_implementation",
                                                                    "add_pooling_layer",
                                                                    "low_cpu_mem_usage",
                                                                    "use_safetensors",
                                                                    "use_fast",
                                                                    "dtype",
                                                                    "torch_dtype"};
      const bool of_tokenizer =
          std::string_view(key) == "tokenizer_args" || std::string_view(key) == "processor_kwargs";
      if (of_tokenizer && name == "model_max_length") {
        max_tokens = static_cast<std::size_t>(value.integer(1, kMaxSize));
      } else if (std::find(kHarmless.begin(), kHarmless.end(), name) == kHarmless.end()) {
        value.fail("is not supported");
      }
    }
  }
  return {max_tokens, boolean_or(config, "do_lower_case", false)};
}

std::optional<std::size_t> parse_truncation(const json::Value& tokenizer) {
  const auto truncation = tokenizer.find("truncation");
  if (!truncation) return std::nullopt;
  return size_at(*truncation, "max_length");
}

PoolingModule parse_pooling(const json::Value& config) {
  // The older schema has a flag for each mode; they are concatenated in this order.
  static constexpr std::array<std::pair<std::string_view, PoolingMode>, 6> kFlags = {{
      {"pooling_mode_cls_token", PoolingMode::cls},
      {"pooling_mode_max_tokens", PoolingMode::max},
      {"pooling_mode_mean_tokens", PoolingMode::mean},
      {"pooling_mode_mean_sqrt_len_tokens", PoolingMode::mean_sqrt_len},
      {"pooling_mode_weightedmean_tokens", PoolingMode::weighted_mean},
      {"pooling_mode_lasttoken", PoolingMode::last_token},
  }};
  static constexpr std::array<std::string_view, 4> kOthers = {"embedding_dimension", "word_embedding_dimension",
                                                              "pooling_mode", "include_prompt"};
  for (const auto& [key, value] : config.object()) {
    const bool flag = std::any_of(kFlags.begin(), kFlags.end(), [&](const auto& known) { return known.first == key; });
    if (!flag && std::find(kOthers.begin(), kOthers.end(), key) == kOthers.end()) {
      value.fail("is not known for a Pooling");
    }
  }

  PoolingModule pooling;
  if (const auto mode = config.find("pooling_mode")) {
    if (mode->is_string()) {
      pooling.modes = {mode_of(*mode)};
    } else {
      for (const json::Value& each : mode->array()) pooling.modes.push_back(mode_of(each));
      if (pooling.modes.empty()) mode->fail("must name at least one mode");
    }
  } else {
    for (const auto& [key, flagged] : kFlags) {
      if (boolean_or(config, key, false)) pooling.modes.push_back(flagged);
    }
    if (pooling.modes.empty()) pooling.modes = {PoolingMode::mean};
  }
  pooling.include_prompt = boolean_or(config, "include_prompt", true);
  pooling.dimension = optional_size(config, "embedding_dimension");
  if (!pooling.dimension) pooling.dimension = optional_size(config, "word_embedding_dimension");
  return pooling;
}

DenseModule parse_dense(const json::Value& config) {
  require_sentence_embedding(config);
  DenseModule dense;
  dense.in_features = width_at(config, "in_features");
  dense.out_features = width_at(config, "out_features");
  dense.bias = boolean_or(config, "bias", true);
  dense.residual = boolean_or(config, "use_residual", false);
  const auto function = config.find("activation_function");
  if (!function) {
    // Left out is tanh; null is an error there too.
    if (has_key(config, "activation_function")) config.fail("activation_function must name a class, not null");
    return dense;
  }

  static constexpr std::array<std::pair<std::string_view, Activation>, 6> kClasses = {{
      {"Identity", Activation::identity},
      {"Tanh", Activation::tanh},
      {"ReLU", Activation::relu},
      {"GELU", Activation::gelu},
      {"Sigmoid", Activation::sigmoid},
      {"SiLU", Activation::silu},
  }};
  const std::string_view name = function->string();
  const auto known = std::find_if(kClasses.begin(), kClasses.end(), [&](const auto& entry) {
    return name.starts_with("torch.nn.") && name.substr(name.rfind('.') + 1) == entry.first;
  });
  if (known == kClasses.end()) function->fail(fmt::format("is {}; this activation is not supported", printable(name)));
  dense.activation = known->second;
  return dense;
}

LayerNormModule parse_layer_norm(const json::Value& config) { return {{}, width_at(config, "dimension")}; }

NormalizeModule parse_normalize(const json::Value& config) {
  require_sentence_embedding(config);
  return {};
}

void parse_model_config(const json::Value& config, SentenceFolder& folder) {
  require(config, "model_type", "SentenceTransformer");
  if (const auto prompts = config.find("prompts")) {
    for (const auto& [name, prompt] : prompts->object()) {
      folder.prompts.insert_or_assign(std::string(name), prompt.is_null() ? "" : std::string(prompt.string()));
    }
  }
  if (const auto name = config.find("default_prompt_name")) {
    folder.default_prompt_name = name->string();
    if (!folder.prompts.contains(*folder.default_prompt_name)) {
      name->fail(fmt::format("is {}, which is none of the prompts", printable(name->string())));
    }
  }
  folder.truncate_dim = optional_size(config, "truncate_dim");
  if (const auto similarity = config.find("similarity_fn_name")) {
    static constexpr std::array kKnown = {Similarity::cosine, Similarity::dot, Similarity::euclidean,
                                          Similarity::manhattan};
    const auto known = std::find_if(kKnown.begin(), kKnown.end(),
                                    [&](Similarity each) { return name_of(each) == similarity->string(); });
    if (known == kKnown.end())
      similarity->fail(fmt::format("is {}, which is not supported", printable(similarity->string())));
    folder.similarity = *known;
  }
}

}  // namespace mana::formats
