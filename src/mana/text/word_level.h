#pragma once

#include <string>
#include <string_view>

#include "mana/text/model_memory.h"
#include "mana/text/normalized_text.h"
#include "mana/text/piece.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// A word is a token, or the unknown one.
class WordLevel {
 public:
  WordLevel() = default;
  /// Throws FormatError when the vocabulary lacks the unknown token. `place` names the file in the message.
  WordLevel(Vocabulary vocabulary, std::string_view unknown_token, std::string_view place);

  /// A view of what compile() wrote. Throws FormatError.
  explicit WordLevel(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  /// Adds a piece for each word; a look-up needs no words that were cut before. `text` is followed by
  /// TokenTable::kPadding readable bytes.
  void operator()(std::string_view text, const Words& words, ModelMemory& memory, Pieces& pieces) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  Vocabulary vocabulary_;
  TokenId unknown_ = 0;
};

}  // namespace mana::text
