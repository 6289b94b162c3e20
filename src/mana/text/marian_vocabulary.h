#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/array.h"
#include "mana/text/flat_bytes.h"
#include "mana/text/piece.h"
#include "mana/text/sentencepiece_model.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// The tokens of a MarianMT model: a list that gives the pieces of a file of SentencePiece their ids, and the codes of
/// languages that may begin a text, ">>deu<<".
class MarianVocabulary {
 public:
  /// `tokens` have the token `unknown`. Throws FormatError, which names `place`, when they lack it.
  MarianVocabulary(Vocabulary tokens, const SentencePieceModel& model, std::string_view unknown,
                   std::string_view place);

  /// A view of what compile() wrote; `pieces` are those of the model before it. Throws FormatError.
  MarianVocabulary(FlatReader& bytes, const Vocabulary& pieces);
  void compile(FlatWriter& bytes) const;

  const Vocabulary& tokens() const { return tokens_; }

  /// Pieces of a text get their ids in place of those that SentencePiece numbers them by. A run of characters that it
  /// does not know may be a token of the list all the same.
  void number(std::string_view text, Pieces& pieces) const;

  /// Of the pieces that texts are cut into, those that the list lacks: they become unknown tokens. Counted where a
  /// folder is read, not in what compile() wrote.
  std::size_t unlisted_pieces() const { return unlisted_pieces_; }

  struct LanguageCode {
    TokenId id;
    std::uint32_t size;  ///< in bytes of the text
  };
  /// What begins a text with ">>" and ends with "<<": a token whatever it is. Throws ArgumentError where it is a code
  /// that the vocabulary lacks though it has others.
  std::optional<LanguageCode> language_code(std::string_view text) const;

 private:
  std::vector<std::string_view> known_codes() const;

  Vocabulary tokens_;
  Array<TokenId> ids_;  // by the number of a piece
  TokenId unknown_piece_;
  TokenId unknown_;
  std::size_t unlisted_pieces_ = 0;
};

}  // namespace mana::text
