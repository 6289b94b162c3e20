#pragma once

#include "mana/text/pipeline.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {

/// The stages that BertJapaneseTokenizer makes of `vocab.txt` and `tokenizer_config.json`: words by MeCab or by white
/// space and punctuation, cut by WordPiece or into characters. Throws FormatError that names what else is asked for
/// (Sudachi, Juman++, SentencePiece, …), IoError when MeCab or its dictionary is not there.
Tokenizer::Pipeline bert_japanese_stages(const TokenizerFolder& files, const TokenizerSettings& settings);

/// The class looks for added tokens in a text as it came.
void find_in_original(TokenizerSettings& settings);

/// It also takes the ids that the files give them, where others number anew. Throws FormatError where that differs.
void require_said_ids(const TokenizerSettings& settings, const Tokenizer::Pipeline& pipeline);

/// Adds the sentence that says by which dictionary of the machine words are cut, where one is used.
void note_dictionary(Tokenizer::Pipeline& pipeline);
/// That sentence; empty where none is used.
std::string dictionary_note(const PreTokenizers& pre_tokenizers);

}  // namespace mana::text
