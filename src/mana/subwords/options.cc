#include "mana/subwords/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/valid_utf8.h"

namespace mana::subwords {

std::vector<std::string> usual_special_tokens(Type type) {
  switch (type) {
    case Type::wordpiece: return {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    case Type::byte_bpe: return {"<|endoftext|>"};
    case Type::bpe:
    case Type::unigram: break;
  }
  return {"<unk>", "<s>", "</s>"};
}

void check(const Options& options) {
  if (options.vocabulary_size == 0 || options.vocabulary_size > 10'000'000) {
    throw ArgumentError(
        fmt::format("`vocabulary_size` is {}, and must be from 1 to 10,000,000", options.vocabulary_size));
  }
  if (!(options.coverage() > 0 && options.coverage() <= 1)) {
    throw ArgumentError(fmt::format(
        "`character_coverage` is {}, and must be above 0 and at most 1: a share of the text", options.coverage()));
  }
  if (is_sentence_piece(options.type) && options.max_length() == 0) {
    throw ArgumentError("`max_token_length` is 0, and must be at least 1 in bpe and unigram");
  }
  if (!(options.shrinking_factor > 0 && options.shrinking_factor < 1)) {
    throw ArgumentError(fmt::format("`shrinking_factor` is {}, and must be between 0 and 1", options.shrinking_factor));
  }
  if (options.type == Type::wordpiece && !std::ranges::count(options.special_tokens, "[UNK]")) {
    throw ArgumentError("`special_tokens` lacks [UNK], which stands for words that no pieces make up; add it");
  }
  for (auto token = options.special_tokens.begin(); token != options.special_tokens.end(); ++token) {
    if (token->empty()) throw ArgumentError("one of `special_tokens` is empty; give it letters, or leave it out");
    if (!is_utf8(*token) || token->find_first_of("\n\r") != token->npos) {
      throw ArgumentError(fmt::format("the special token {} must be one line of UTF-8", printable(*token)));
    }
    if (std::find(options.special_tokens.begin(), token, *token) != token) {
      const std::vector<std::string> usual = usual_special_tokens(options.type);
      if (std::ranges::count(usual, *token) > 0) {
        throw ArgumentError(
            fmt::format("{} is among the special tokens of this type already; leave it out of "
                        "`special_tokens`",
                        printable(*token)));
      }
      throw ArgumentError(fmt::format("{} is twice among the `special_tokens`; name it once", printable(*token)));
    }
  }
}

}  // namespace mana::subwords
