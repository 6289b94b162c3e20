#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "mana/subwords/options.h"
#include "mana/subwords/word_stages.h"

namespace mana::subwords {

/// The stages as entries of a `tokenizer.json`.
nlohmann::ordered_json normalizer_json(const WordStages& stages);
nlohmann::ordered_json pre_tokenizer_json(const Options& options);
/// A special token as the Rust library lists its added ones.
nlohmann::ordered_json special_token_json(std::size_t id, const std::string& content);
/// What the Rust library calls an added token, for each of the special tokens, whose ids are 0, 1, …
nlohmann::ordered_json added_tokens_json(const Options& options);

}  // namespace mana::subwords
