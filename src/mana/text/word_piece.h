#pragma once

#include <string>
#include <string_view>

#include "mana/text/model_memory.h"
#include "mana/text/piece.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/token_table.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// A word is cut into the longest tokens from the left; those within a word begin with a prefix ("##"). A word that
/// cannot be cut up, or is too long, is the unknown token.
class WordPiece {
 public:
  struct Options {
    std::string unknown_token = "[UNK]";
    std::string continuing_prefix = "##";
    std::size_t max_code_points_per_word = 100;
  };

  /// Throws FormatError when the vocabulary lacks the unknown token. `place` names the file in the message.
  WordPiece(Vocabulary vocabulary, const Options& options, std::string_view place);

  /// A view of what compile() wrote. Throws FormatError.
  explicit WordPiece(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  /// Adds the pieces of all words. `text` is followed by TokenTable::kPadding readable bytes. Time is linear in the
  /// text: at each place at most as many beginnings are tried as the longest token has bytes.
  void operator()(std::string_view text, const Words& words, ModelMemory& memory, Pieces& pieces) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  void add(std::string_view text, Range word, std::uint64_t hash, WordCache& cache, Pieces& pieces) const;
  bool cut(std::string_view text, Range word, Pieces& pieces) const;

  Vocabulary vocabulary_;
  TokenTable continuations_;  // without their prefix
  TokenId unknown_;
  std::size_t max_code_points_;
};

}  // namespace mana::text
