#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mana/subwords/character_rules.h"

namespace mana::subwords {

/// The model that is trained, as `mana train tokenizer --type` names it.
enum class Type : std::uint8_t {
  wordpiece,  ///< BERT's: pieces that go on a word begin with ##
  bpe,        ///< SentencePiece's byte-pair encoding
  byte_bpe,   ///< GPT-2's byte-pair encoding, of bytes
  unigram,    ///< SentencePiece's language model of pieces (Kudo 2018, arXiv:1804.10959)
};
inline bool is_sentence_piece(Type type) { return type == Type::bpe || type == Type::unigram; }

/// The special tokens that a model of this type has: those of BERT, GPT-2 and SentencePiece.
std::vector<std::string> usual_special_tokens(Type type);

/// How a vocabulary of subwords is learnt. The names are those of the Rust `tokenizers` and of SentencePiece, and so
/// are the values unless given.
struct Options {
  Type type = Type::wordpiece;
  std::size_t vocabulary_size = 30'000;  ///< special tokens and alphabet included

  // What the text becomes before it is cut.
  bool lowercase = false;         ///< small letters, without accents where the type is wordpiece, as in BERT
  bool persian = false;           ///< Arabic yeh, kaf and digits as Persian writes them (text/persian_folding.h)
  bool add_prefix_space = false;  ///< before a text that does not begin with one, where the type is byte_bpe

  // The alphabet, and what comes before it.
  std::vector<std::string> special_tokens = usual_special_tokens(type);  ///< the first pieces, in order, each once
  std::size_t limit_alphabet = 1000;  ///< wordpiece keeps so many letters, those that the text has most; 0: all
  std::optional<double> character_coverage = {};  ///< keep the letters that are this share of the text, see coverage()

  std::uint64_t min_frequency = 2;                   ///< of a pair that wordpiece and byte_bpe merge
  std::optional<std::size_t> max_token_length = {};  ///< letters, see max_length()

  // SentencePiece's.
  std::size_t max_sentence_length = 4192;  ///< bytes; longer lines are left out
  bool byte_fallback = false;              ///< 256 pieces for the bytes of what is not in the alphabet
  ZeroWidthNonJoiner zero_width_non_joiner = ZeroWidthNonJoiner::usual;
  bool split_digits = false;                    ///< each digit is a piece
  std::size_t seed_sentencepieces = 1'000'000;  ///< what the unigram model is cut down from
  double shrinking_factor = 0.75;               ///< pieces that stay in each round
  unsigned em_iterations = 2;                   ///< in each round

  double coverage() const { return character_coverage.value_or(is_sentence_piece(type) ? 0.9995 : 1); }
  /// Of SentencePiece, the letters that a piece has at most; of byte_bpe and wordpiece, those that it has fewer than,
  /// unless it is a pair of letters; 0: any number.
  std::size_t max_length() const { return max_token_length.value_or(is_sentence_piece(type) ? 16 : 0); }
};

/// Throws ArgumentError for options that mean nothing, and says what they have to be.
void check(const Options& options);

}  // namespace mana::subwords
