#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mana/text/model_memory.h"
#include "mana/text/piece.h"
#include "mana/text/piece_trie.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// Words are cut into the pieces whose scores, logarithms of probabilities, have the largest sum (Viterbi 1967; Kudo
/// 2018, arXiv:1804.10959). A character that is no piece is an unknown one with a low score; a run of them is one
/// token, or with byte fallback a token for each byte.
class Unigram {
 public:
  /// Whose sums decide where two ways are nearly as good: in double precision, with a word for itself and a run of
  /// unknown characters as one; or in single precision, each unknown character for itself until they are joined.
  enum class Reference { tokenizers, sentence_piece };

  /// What a score is taken off by for an unknown character, from the lowest of all.
  static constexpr float kUnknownPenalty = 10;

  struct Parts {
    Vocabulary vocabulary;
    std::vector<PieceTrie::Piece> pieces;  ///< what is looked for in words, each with its id
    std::vector<double> scores;            ///< by id, as many as there are ids; finite
    double unknown_score = 0;
    TokenId unknown = 0;
    std::vector<TokenId> bytes = {};  ///< ids of the 256 bytes, -1 where there is none; nothing without byte fallback
    Reference reference = Reference::tokenizers;
  };
  /// Throws FormatError as PieceTrie does.
  explicit Unigram(Parts parts);

  /// A view of what compile() wrote. Throws FormatError.
  explicit Unigram(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  /// Adds the pieces of all words. `text` is followed by kWordPadding readable bytes. Time is linear in the text: at
  /// each place a walk through the trie is as long as the longest piece at most.
  void operator()(std::string_view text, const Words& words, ModelMemory& memory, Pieces& pieces) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  void add(std::string_view text, Range word, UnigramLattice& lattice, Pieces& pieces) const;
  template <class Score>
  void cut(std::string_view text, Range word, GrowingArray<LatticeStep<Score>>& steps, Pieces& pieces) const;
  template <class Score>
  void take_back(std::uint32_t origin, GrowingArray<LatticeStep<Score>>& steps, Pieces& pieces) const;
  void replace_unknown(std::string_view text, std::size_t word_begin, Pieces& pieces) const;
  void put_unknown(std::string_view text, Piece piece, Pieces& pieces) const;

  Vocabulary vocabulary_;
  PieceTrie trie_;
  Array<double> scores_;
  Array<TokenId> bytes_;
  double unknown_score_;
  TokenId unknown_;
  Reference reference_;
};

struct ScoredPiece {
  std::string_view text;
  double score;
};

/// A vocabulary that is the whole list, each piece with its place as id, as the Rust `tokenizers` have it. The list
/// has the unknown piece.
Unigram::Parts parts_of(std::span<const ScoredPiece> pieces, TokenId unknown);

/// The tokens "<0x00>" to "<0xFF>" of a vocabulary, -1 where one is not there.
std::vector<TokenId> byte_tokens(const Vocabulary& vocabulary);

}  // namespace mana::text
