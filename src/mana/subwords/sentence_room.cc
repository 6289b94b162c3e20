#include "mana/subwords/sentence_room.h"

#include <fmt/format.h>

#include "mana/base/errors.h"

namespace mana::subwords {

std::size_t require_room(const SentenceWords& words, std::size_t special, std::size_t wanted) {
  const std::size_t fixed = special + words.alphabet.size();
  if (fixed <= wanted) return fixed;
  throw ArgumentError(fmt::format(
      "a vocabulary of {} has no room for {} special tokens and the {} letters of the text; ask for at least {}, or "
      "cover a smaller share of the letters",
      wanted, special, words.alphabet.size(), fixed));
}

void require_reached(std::size_t pieces, std::size_t wanted) {
  if (pieces >= wanted) return;
  throw ArgumentError(fmt::format(
      "the text has pieces for a vocabulary of {} only, not of {}; ask for at most as many, or give more text", pieces,
      wanted));
}

}  // namespace mana::subwords
