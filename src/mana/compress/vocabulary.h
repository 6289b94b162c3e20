#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mana::compress {

/// A token of a WordPiece vocabulary.
struct VocabularyToken {
  std::string text;
  std::int64_t id = 0;
  std::uint64_t count = 0;  ///< in the corpus
  bool special = false;     ///< must stay: [CLS], added tokens, the unknown token
};

/// Which tokens stay when `size` of them may, as their ids, ascending: those that must, then the most frequent ones
/// (of equally frequent ones the lower id). Staying is a must for special tokens, for single characters, alone ("a")
/// and within a word ("##a"), and for tokens with a character that there is no such piece for: so every word that was
/// cut into pieces still is. Tokens named [unused…] go first. Throws ArgumentError when `size` is less than what must
/// stay.
std::vector<std::int64_t> tokens_to_keep(std::span<const VocabularyToken> tokens, std::size_t size,
                                         const std::string& continuing_prefix = "##");

/// Leaves `size` tokens in the folder's vocabulary and their vectors in its table, and renumbers them in the order of
/// their ids: tokenizer.json, vocab.txt, config.json and what else names ids. In place. Throws ArgumentError as above,
/// or for model2vec's tensors; IoError, FormatError.
void reduce_vocabulary(const std::filesystem::path& folder, std::size_t size, std::span<const std::string> corpus);

}  // namespace mana::compress
