#include "mana/formats/sentence_folder.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/printable.h"
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
  for (const auto family : {"bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet"}) {
    const auto path = folder / fmt::format("sentence_{}_config.json", family);
    if (file_exists(path)) return parse_transformer(json::Document::read(path).root());
  }
  return {};
}

/// The reference reads no settings for a StaticEmbedding but leaves the truncation of its tokenizer in force.
TransformerSettings read_static_embedding(const std::filesystem::path& folder) {
  const auto path = folder / "tokenizer.json";
  return {file_exists(path) ? parse_truncation(json::Document::read(path).root()) : std::nullopt, false};
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

std::string_view name_of(Similarity similarity) {
  switch (similarity) {
    case Similarity::cosine: return "cosine";
    case Similarity::dot: return "dot";
    case Similarity::euclidean: return "euclidean";
    case Similarity::manhattan: return "manhattan";
  }
  return "?";
}

SentenceFolder read_sentence_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw IoError(fmt::format("there is no model folder {}", folder.string()));
  }
  SentenceFolder result;
  result.folder = folder;
  result.transformer = folder;
  result.prompts = {{"document", ""}, {"query", ""}};
  if (!file_exists(folder / "modules.json")) {
    result.modules_assumed = true;
    result.modules.emplace_back(PoolingModule{.modes = {PoolingMode::mean}, .include_prompt = true, .dimension = {}});
    return result;
  }

  const json::Document list = json::Document::read(folder / "modules.json");
  const std::vector<ModuleEntry> modules = parse_module_list(list.root());
  result.transformer = modules.front().path.empty() ? folder : folder / modules.front().path;
  if (modules.front().type == "StaticEmbedding") result.encoder = EncoderKind::static_embedding;
  const TransformerSettings transformer = result.encoder == EncoderKind::transformer
                                              ? read_transformer(result.transformer)
                                              : read_static_embedding(result.transformer);
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
