#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace mana::compress {

/// Leaves `size` tokens in the folder's vocabulary and their vectors in its table, and renumbers them in the order of
/// their ids: tokenizer.json, vocab.txt, config.json and what else names ids; a file of SentencePiece beside a
/// tokenizer.json, which would have all tokens still, goes. In place. The model of the tokenizer is WordPiece, Unigram
/// or BPE. Throws ArgumentError as tokens_to_keep() does, for a vocabulary that is in neither of these two files, and
/// for model2vec's tensors; IoError, FormatError.
void reduce_vocabulary(const std::filesystem::path& folder, std::size_t size, std::span<const std::string> corpus);

}  // namespace mana::compress
