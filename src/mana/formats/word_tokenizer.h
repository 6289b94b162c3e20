#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "mana/text/word_segmenter.h"

namespace mana::formats {

/// Writes a `tokenizer.json` whose tokens are the words, numbered in order, and behind them one for all others: its
/// number is words.size(). It cuts text as `segmentation` does. The words are distinct and in UTF-8. Throws IoError.
void write_word_tokenizer(const std::filesystem::path& path, std::span<const std::string_view> words,
                          const text::WordSegmentation& segmentation);

}  // namespace mana::formats
