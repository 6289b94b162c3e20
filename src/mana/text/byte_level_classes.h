#pragma once

#include "mana/text/pipeline.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {

/// Whether the class is GPT2Tokenizer, RobertaTokenizer or CLIPTokenizer.
bool is_byte_level(TokenizerClass kind);

/// The stages that such a class makes of vocabulary and merges; the template is left to set_byte_level_template(), when
/// the special tokens have their ids.
Tokenizer::Pipeline byte_level_stages(const TokenizerFolder& files, const TokenizerSettings& settings);

/// Throws FormatError when a token that begins or ends every text is not there.
void set_byte_level_template(const TokenizerFolder& files, const TokenizerSettings& settings,
                             Tokenizer::Pipeline& pipeline);

}  // namespace mana::text
