#pragma once

#include <array>
#include <string_view>

namespace mana::hub {

/// The files beside `config.json` that say how text becomes tokens: who downloads, copies or compares a model takes
/// those that are there. (What says how text is generated, `generation_config.json`, is not among them.)
inline constexpr auto kTokenizerFiles = std::to_array<std::string_view>(
    {"tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json", "added_tokens.json",
     "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "sentencepiece.model", "tokenizer.model",
     "spm.model", "source.spm", "target.spm", "target_vocab.json"});

}  // namespace mana::hub
