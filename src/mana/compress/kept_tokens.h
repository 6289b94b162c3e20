#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mana::compress {

/// A token of a vocabulary.
struct VocabularyToken {
  std::string text;
  std::int64_t id = 0;
  std::uint64_t count = 0;              ///< in the corpus
  bool special = false;                 ///< must stay: [CLS], added tokens, the unknown token
  std::vector<std::string> parts = {};  ///< the two that are merged into it, in BPE
};

/// Which tokens stay when `size` of them may, as their ids, ascending: those that must, then the most frequent ones
/// (of equally frequent ones the lower id), each with the parts that it is made of. Staying is a must for special
/// tokens, for single characters, alone ("a") and within a word ("##a"), and for tokens with a character that there is
/// no such piece for: so every word that was cut into pieces still is. Tokens named [unused…] go first. A token whose
/// parts have no room is left out for the next one. Throws ArgumentError when `size` is less than what must stay.
std::vector<std::int64_t> tokens_to_keep(std::span<const VocabularyToken> tokens, std::size_t size,
                                         const std::string& continuing_prefix);

}  // namespace mana::compress
