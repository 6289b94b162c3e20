#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/json.h"
#include "mana/formats/sentence_folder.h"

/// The single files of a sentence-transformers folder, each read from its parsed JSON. All throw FormatError.
namespace mana::formats {

/// One entry of modules.json.
struct ModuleEntry {
  std::string type;            ///< the class, without the modules that lead to it: "Pooling"
  std::filesystem::path path;  ///< relative to the model's folder, and inside it
};

/// What sentence_bert_config.json says about the transformer.
struct TransformerSettings {
  std::optional<std::size_t> max_seq_length;
  bool lower_case = false;
};

/// modules.json: a Transformer and one Pooling, or a StaticEmbedding; then any of Dense, LayerNorm, Normalize and
/// Dropout.
std::vector<ModuleEntry> parse_module_list(const json::Value& list);
TransformerSettings parse_transformer(const json::Value& config);
/// tokenizer.json: the tokens that its truncation leaves of a text, if it has one. Others ignore it; the reference
/// heeds it for a StaticEmbedding.
std::optional<std::size_t> parse_truncation(const json::Value& tokenizer);
PoolingModule parse_pooling(const json::Value& config);
/// These two leave `folder` to the caller.
DenseModule parse_dense(const json::Value& config);
LayerNormModule parse_layer_norm(const json::Value& config);
NormalizeModule parse_normalize(const json::Value& config);
/// config_sentence_transformers.json, into the model-wide members of `folder`.
void parse_model_config(const json::Value& config, SentenceFolder& folder);

}  // namespace mana::formats
