#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mana/compress/kept_tokens.h"
#include "mana/compress/renumbering.h"
#include "mana/models/sentence/model_folder.h"

/// The `model` of a tokenizer.json: WordPiece, which lists pieces with their ids, BPE, which has merges beside them, or
/// Unigram, a list of pieces with their scores.
namespace mana::compress {

/// Its pieces, not counted; those of BPE with the parts that the first merge makes them of.
std::vector<VocabularyToken> pieces_of(const models::Json& model);

/// What pieces begin with that go on a word: "##" of a WordPiece unless it says otherwise.
std::string continuing_prefix(const models::Json& model);

/// The pieces that must stay for what others cannot spell: the unknown one and those of bytes.
std::vector<std::string> last_resorts(const models::Json& model);

/// The model with those pieces alone that have a new id, under that one, and the merges of these.
models::Json reduced(const models::Json& model, const Renumbering& numbers);

}  // namespace mana::compress
