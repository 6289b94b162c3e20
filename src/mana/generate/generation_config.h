#pragma once

#include <filesystem>

#include "mana/base/json.h"
#include "mana/generate/options.h"
#include "mana/models/transformer/config.h"

namespace mana::generate {

/// How a translator's folder wants its texts to be searched for: `generation_config.json`, and where there is none
/// `config.json`, as transformers read them: num_beams, length_penalty, max_length (which there counts the start) or
/// max_new_tokens, min_length, no_repeat_ngram_size, bad_words_ids, suppress_tokens, forced_eos_token_id. The pad never
/// appears. A search stops with as many hypotheses as it has beams (early_stopping is true). Throws FormatError, also
/// for a rule that is not known here and would make other texts.
Options read_generation_options(const std::filesystem::path& folder, const models::TransformerConfig& config);

/// The same of a file's contents.
Options parse_generation_options(const json::Value& root, const models::TransformerConfig& config);

}  // namespace mana::generate
