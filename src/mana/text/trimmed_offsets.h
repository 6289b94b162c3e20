#pragma once

#include <string_view>

#include "mana/text/pipeline.h"

namespace mana::text {

/// Takes white space at the ends of tokens out of their offsets, as post-processors of byte-level tokenizers do: as
/// many code points as the token has there. With `prefix_space` one space before the first token stays.
void trim_offsets(const Tokenizer::Pipeline& pipeline, std::string_view text, TokenSequence& tokens);

}  // namespace mana::text
