#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/eval/embed_texts.h"
#include "mana/text/tokenizer.h"

namespace mana::compress {

/// How often each token of the vocabulary occurs in the texts, special tokens left out; [ids]. Throws Cancelled.
std::vector<std::uint64_t> count_tokens(const text::Tokenizer& tokenizer, std::size_t ids,
                                        std::span<const std::string> texts, const eval::TextProgress& progress = {},
                                        const std::stop_token& stop = {});

}  // namespace mana::compress
