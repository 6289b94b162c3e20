#pragma once

#include <string_view>
#include <vector>

#include "mana/text/pipeline.h"
#include "mana/text/sentencepiece_model.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {

/// Whether a class's tokenizer is made of a `.model` file of SentencePiece.
bool is_of_pieces(TokenizerClass kind);

/// What transformers puts around the pieces of a `.model` file for AlbertTokenizer, CamembertTokenizer and
/// XLNetTokenizer; they are cut as the Rust `tokenizers` do. Tokens that are found in a text before it is cut go to
/// `added`. `place` names the file. Throws FormatError.
Tokenizer::Pipeline piece_class_stages(const SentencePieceModel& model, TokenizerClass kind,
                                       const TokenizerFolder& files, std::string_view place,
                                       std::vector<AddedToken>& added);
/// Its special tokens around a text.
void set_piece_class_template(const TokenizerSettings& settings, Tokenizer::Pipeline& pipeline);

}  // namespace mana::text
