#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "mana/text/word_segmenter.h"

namespace mana::formats {

/// Writes a `tokenizer.json` whose tokens are the words, numbered in order, and behind them one for all others: its
/// number is words.size(). It cuts text as `segmentation` does. Phrases, words joined by "_" or a space ("new_york"),
/// are met where their words stand side by side, in lines and with anything between them ("New York"), the longest
/// first: up to 100,000, the first ones. The words are distinct and in UTF-8. Throws IoError.
void write_word_tokenizer(const std::filesystem::path& path, std::span<const std::string_view> words,
                          const text::WordSegmentation& segmentation);

/// How many of the words such a tokenizer never finds in any text, as they are neither words by `segmentation` nor
/// phrases: "Paris" in lower case, "u.s.".
std::size_t words_never_met(std::span<const std::string_view> words, const text::WordSegmentation& segmentation);

}  // namespace mana::formats
