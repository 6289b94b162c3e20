#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mana::formats {

enum class WordFormat { word2vec_text, word2vec_binary, glove, fasttext, npy };

/// "word2vec text", …
std::string_view name_of(WordFormat format);

/// In which form a file has word vectors, told by what is in it: marks at its beginning, the whole of its first line,
/// and whether rows of numbers, as text or as bytes, follow that and fit. `name` stands for the file in messages.
/// Throws FormatError when it is none of these.
WordFormat word_format_of(std::span<const std::byte> file, const std::string& name);

}  // namespace mana::formats
