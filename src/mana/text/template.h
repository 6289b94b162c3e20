#pragma once

#include <optional>
#include <vector>

#include "mana/text/tokenizer.h"

namespace mana::text {

/// What the post-processor makes of one or two texts: their tokens and special ones, in order. BertProcessing is a
/// template too: [CLS] A [SEP], or [CLS] A [SEP] B [SEP].
struct Template {
  enum class Source { special, first, second };
  struct Part {
    Source source;
    std::vector<TokenId> ids;  ///< of a special part
    TokenId type_id;
  };
  std::vector<Part> parts;

  std::size_t special_count() const;

  /// The texts alone, of types 0 and 1.
  static Template plain(bool pair);
  /// [CLS] A [SEP], or [CLS] A [SEP] B [SEP] with B and what follows of type 1.
  static Template bert(bool pair, TokenId cls, TokenId sep);
  /// [CLS] A [SEP], or [CLS] A [SEP] [SEP] B [SEP]; all of type 0.
  static Template roberta(bool pair, TokenId cls, TokenId sep);
};

/// The ids and offsets of one text before it is put into a template.
struct TokenSequence {
  std::vector<TokenId> ids;
  std::vector<Offsets> offsets;
  std::size_t total = 0;  ///< what there would be without a limit

  void clear();
  /// Leaves `count` tokens, the last ones if `left`.
  void truncate(std::size_t count, bool left);
};

/// Cuts the texts to `budget` tokens in all, each at its beginning if `left`, else at its end. Throws ArgumentError
/// when the text that is to give up tokens has not enough of them, or there is no such text.
void truncate(TokenSequence& first, TokenSequence* second, std::size_t budget, Truncation strategy, bool left);

/// The ArgumentError for only_second without a second text.
[[noreturn]] void throw_no_second_text();

/// Puts the texts and the special tokens in the template's order.
Encoding assemble(const Template& form, const TokenSequence& first, const TokenSequence* second, bool special_tokens);

}  // namespace mana::text
