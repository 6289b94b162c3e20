#include "mana/formats/sentence_folder.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
#include "mana/formats/lora_config.h"
#include "mana/formats/model_task.h"
#include "mana/formats/sentence_modules.h"

namespace mana::formats {
namespace {

constexpr std::array<std::pair<std::string_view, PoolingMode>, 6> kPoolingModes = {{
    {"cls", PoolingMode::cls},
    {"max", PoolingMode::max},
    {"mean", PoolingMode::mean},
    {"mean_sqrt_len_tokens", PoolingMode::mean_sqrt_len},
    {"weightedmean", PoolingMode::weighted_mean},
    {"lasttoken", PoolingMode::last_token},
}};

/// The reference looks for the file under one name for each family of models.
TransformerSettings read_transformer(const std::filesystem::path& folder) {
  for (const char* name :
       {"sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
        "sentence_camembert_config.json", "sentence_albert_config.json", "sentence_xlm-roberta_config.json",
        "sentence_xlnet_config.json"}) {
    if (file_exists(folder / name)) return parse_transformer(json::Document::read(folder / name).root());
  }
  return {};
}

/// The reference reads no settings for a StaticEmbedding but leaves the truncation of its tokenizer in force.
TransformerSettings read_static_embedding(const std::filesystem::path& folder) {
  const auto path = folder / "tokenizer.json";
  return {file_exists(path) ? parse_truncation(json::Document::read(path).root()) : std::nullopt, false};
}

/// Weights of an adapter that nothing describes are no reason to leave them out.
bool has_adapter(const std::filesystem::path& folder) {
  if (file_exists(folder / kAdapterConfig)) return true;
  for (const char* weights : {kAdapterWeights, "adapter_model.bin"}) {
    if (!file_exists(folder / weights)) continue;
    throw FormatError(
        fmt::format("{} has an adapter, {}, but no {} that says how to merge it: add that, or remove the "
                    "adapter",
                    folder.string(), weights, kAdapterConfig));
  }
  return false;
}

/// Nothing for a module that does nothing outside training.
std::optional<SentenceModule> read_module(const std::string& type, const std::filesystem::path& folder) {
  if (type == "Dropout") return std::nullopt;
  const auto path = folder / "config.json";
  if (type == "Normalize" && !file_exists(path)) return NormalizeModule{};  // its folder is often empty, or not there
  const json::Document config = json::Document::read(path);
  if (type == "Pooling") return parse_pooling(config.root());
  if (type == "Normalize") return parse_normalize(config.root());
  if (type == "Dense") {
    DenseModule dense = parse_dense(config.root());
    dense.folder = folder;
    return dense;
  }
  if (type == "LayerNorm") {
    LayerNormModule norm = parse_layer_norm(config.root());
    norm.folder = folder;
    return norm;
  }
  throw FormatError(fmt::format("{}: the module {} is not supported", path.string(), type));
}

}  // namespace

PoolingMode pooling_mode(std::string_view name) {
  std::string known;
  for (const auto& [each, mode] : kPoolingModes) {
    if (each == name) return mode;
    known += (known.empty() ? "" : ", ") + std::string(each);
  }
  throw ArgumentError(fmt::format("there is no pooling mode {}; the modes are {}", printable(name), known));
}

std::string_view name_of(PoolingMode mode) {
  for (const auto& [name, each] : kPoolingModes) {
    if (each == mode) return name;
  }
  return "?";
}

std::string names_of(std::span<const PoolingMode> modes, std::string_view separator) {
  std::string names;
  for (const PoolingMode mode : modes) {
    if (!names.empty()) names += separator;
    names += name_of(mode);
  }
  return names;
}

std::string_view name_of(Similarity similarity) {
  switch (similarity) {
    case Similarity::cosine: return "cosine";
    case Similarity::dot: return "dot";
    case Similarity::euclidean: return "euclidean";
    case Similarity::manhattan: return "manhattan";
  }
  return "?";
}

const std::filesystem::path* weights_folder(const SentenceModule& module) {
  if (const auto* dense = std::get_if<DenseModule>(&module)) return &dense->folder;
  if (const auto* norm = std::get_if<LayerNormModule>(&module)) return &norm->folder;
  return nullptr;
}

SentenceFolder read_sentence_folder(const std::filesystem::path& folder) {
  if (!folder_exists(folder)) {
    throw IoError(fmt::format("there is no model folder {}", folder.string()));
  }
  SentenceFolder result;
  result.folder = folder;
  result.transformer = folder;
  result.prompts = {{"document", ""}, {"query", ""}};
  if (!file_exists(folder / "modules.json")) {
    result.adapter = has_adapter(folder);
    result.modules_assumed = true;
    const std::string task = read_model_task(folder).note();
    result.notes.push_back(fmt::format("{} has no modules.json: mean pooling is assumed{}{}", folder.string(),
                                       task.empty() ? "" : "; ", task));
    result.modules.emplace_back(PoolingModule{.modes = {PoolingMode::mean}, .include_prompt = true, .dimension = {}});
    return result;
  }

  const json::Document list = json::Document::read(folder / "modules.json");
  const std::vector<ModuleEntry> modules = parse_module_list(list.root());
  result.transformer = modules.front().path.empty() ? folder : folder / modules.front().path;
  result.contextual = modules.front().type != "StaticEmbedding";
  result.adapter = result.contextual && has_adapter(result.transformer);
  const TransformerSettings transformer =
      result.contextual ? read_transformer(result.transformer) : read_static_embedding(result.transformer);
  result.max_seq_length = transformer.max_seq_length;
  result.lower_case = transformer.lower_case;
  for (std::size_t i = 1; i < modules.size(); ++i) {
    if (auto module = read_module(modules[i].type, folder / modules[i].path))
      result.modules.push_back(*std::move(module));
  }
  const auto config = folder / "config_sentence_transformers.json";
  if (file_exists(config)) parse_model_config(json::Document::read(config).root(), result);
  return result;
}

}  // namespace mana::formats
