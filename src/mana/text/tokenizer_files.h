#pragma once

#include <filesystem>
#include <optional>

#include "mana/base/json.h"
#include "mana/text/pipeline.h"

namespace mana::text {

/// The stages that a model's folder asks for: Tokenizer::load without the wrapping.
Tokenizer::Pipeline read_pipeline(const std::filesystem::path& folder, const TokenizerOptions& options);

/// From the root of a `tokenizer.json`, with nothing beside it.
Tokenizer::Pipeline read_tokenizer_json(const json::Value& root, const TokenizerOptions& options = {});

/// Every stage as it stands in a `tokenizer.json`, from its root. The template is as in the file; added tokens are left
/// to the caller.
Tokenizer::Pipeline read_stages(const json::Value& root);

/// The tokens of a `vocab.txt`, one a line; its id is the number of the line, from 0. Of a token that comes twice the
/// last line counts.
Vocabulary read_vocabulary_file(const std::filesystem::path& path);
/// Those of a model in a `tokenizer.json`, from its `vocab`.
Vocabulary read_vocabulary(const json::Value& tokens);

/// The parts of a `tokenizer.json`, each from its own entry.
BertNormalizer read_bert_normalizer(const json::Value& entry);
Normalizers read_normalizers(const std::optional<json::Value>& entry);
PreTokenizers read_pre_tokenizers(const std::optional<json::Value>& entry);
bool is_byte_level(const std::optional<json::Value>& pre_tokenizer);  ///< the last stage writes bytes as letters
void read_post_processor(const std::optional<json::Value>& entry, Tokenizer::Pipeline& pipeline);
Template read_single_template(const std::optional<json::Value>& entry);  ///< of it, for one text
Decoders read_decoders(const std::optional<json::Value>& entry);
/// With `byte_level` of a pipeline that writes bytes as letters.
Model read_model(const json::Value& entry, bool byte_level);
BytePairEncoding read_byte_pair_encoding(const json::Value& entry, bool byte_level);
/// Vocabulary and merges of that entry, or of a folder's `vocab.json` and `merges.txt`, with options of one's own.
BytePairEncoding read_merges(const json::Value& model, const BytePairEncoding::Options& options);
BytePairEncoding read_merges_file(const std::filesystem::path& folder, const BytePairEncoding::Options& options);
/// The same of what these two files hold; `place` names the latter.
BytePairEncoding read_merges_text(const json::Value& vocabulary, std::string_view merges,
                                  const BytePairEncoding::Options& options, const std::string& place);
Unigram read_unigram(const json::Value& entry);
Precompiled read_precompiled(const json::Value& entry);
Metaspace read_metaspace(const json::Value& entry);
MetaspaceDecoder read_metaspace_decoder(const json::Value& entry);
AddedToken read_added_token(const json::Value& entry);

/// The largest token id that files may name.
inline constexpr TokenId kMaxTokenId = 0x7FFFFFFF;

}  // namespace mana::text
