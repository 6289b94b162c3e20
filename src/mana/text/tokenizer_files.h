#pragma once

#include <filesystem>
#include <optional>

#include "mana/base/json.h"
#include "mana/text/pipeline.h"

namespace mana::text {

/// The stages that a model's folder asks for: Tokenizer::load without the wrapping.
Tokenizer::Pipeline read_pipeline(const std::filesystem::path& folder, std::optional<bool> lowercase);

/// From the root of a `tokenizer.json`.
Tokenizer::Pipeline read_tokenizer_json(const json::Value& root);

/// From a `vocab.txt`, with what `tokenizer_config.json` adds if there is one.
Tokenizer::Pipeline read_vocabulary_file(const std::filesystem::path& path, const std::optional<json::Value>& config,
                                         std::optional<bool> lowercase);

/// The parts of a `tokenizer.json`, each from its own entry.
Normalizers read_normalizers(const std::optional<json::Value>& entry);
PreTokenizers read_pre_tokenizers(const std::optional<json::Value>& entry);
void read_post_processor(const std::optional<json::Value>& entry, Tokenizer::Pipeline& pipeline);
Decoder read_decoder(const std::optional<json::Value>& entry);
Model read_model(const json::Value& entry);
AddedToken read_added_token(const json::Value& entry);

/// The largest token id that files may name in templates.
inline constexpr TokenId kMaxTokenId = 0x7FFFFFFF;

}  // namespace mana::text
