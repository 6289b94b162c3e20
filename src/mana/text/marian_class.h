#pragma once

#include <string_view>

#include "mana/base/json.h"
#include "mana/text/pipeline.h"
#include "mana/text/sentencepiece_model.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {

/// The two languages of a translator.
enum class MarianSide { source, target };

/// What MarianTokenizer makes of a folder's files for texts of one language: they are cut by `source.spm` or
/// `target.spm`, and the pieces have the ids of `vocab.json`, or with `separate_vocabs` those of the target have the
/// ids of `target_vocab.json`. Ids are decoded by the file of their own language with `separate_vocabs`, else by that
/// of the source. Throws IoError, FormatError.
Tokenizer::Pipeline marian_stages(const TokenizerFolder& files, const TokenizerSettings& settings, MarianSide side);
/// The same of what the files hold for one language: pieces, and the root of a list of tokens, which has `unknown`.
Tokenizer::Pipeline marian_stages(const SentencePieceModel& model, const json::Value& list, std::string_view unknown,
                                  std::string_view place);
/// The token that ends every text. Throws FormatError where that or the one that fills up is not in the list.
void set_marian_template(const TokenizerSettings& settings, Tokenizer::Pipeline& pipeline);

}  // namespace mana::text
