#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/character_map.h"
#include "mana/text/tokenizer.h"

namespace mana::text {

/// What a `.model` file of SentencePiece says, as far as it counts for cutting text.
struct SentencePieceModel {
  enum class Type { unigram = 1, byte_pairs = 2, words = 3, characters = 4 };
  enum class Kind { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  struct Piece {
    std::string text;
    float score = 0;
    Kind kind = Kind::normal;
    bool is_looked_for() const { return kind == Kind::normal || kind == Kind::user_defined || kind == Kind::unused; }
  };

  Type type = Type::unigram;
  std::vector<Piece> pieces;  ///< by id
  TokenId unknown = 0;
  bool byte_fallback = false;
  std::string bos = "<s>", eos = "</s>";

  CharacterMap map = {};  ///< of the normaliser
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
  bool whitespace_as_suffix = false;
};

/// Reads the file's bytes. Every size is checked, every piece is text that is not empty, no two of them are the same,
/// and one of them is unknown. Throws FormatError, which names `place`.
SentencePieceModel read_sentencepiece_model(std::string_view bytes, std::string_view place);

}  // namespace mana::text
