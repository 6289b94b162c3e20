#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Translations and their references as characters and words, cut as sacreBLEU 2.6 cuts them.
namespace mana::eval {

/// How BLEU cuts a segment into words. What is left is split at white space.
enum class SegmentTokenizer {
  mteval13a,      ///< "13a": WMT's mteval-v13a, for languages that are written as English is
  international,  ///< "intl": mteval-v14, by Unicode's punctuation and symbols
  none,           ///< "none": the words are cut already
};

/// "13a", "intl", "none"
std::string_view name_of(SegmentTokenizer tokenizer);

/// The code points of a segment, in lower case where that is wanted. Bytes that are not UTF-8 become U+FFFD.
std::u32string characters_of(std::string_view segment, bool lowercase);

/// The segment with spaces around what is to be a word of its own.
std::u32string tokenized(std::u32string_view segment, SegmentTokenizer tokenizer);

/// The words between white space, which is what Python takes for such; they lie in `segment`.
std::vector<std::u32string_view> words_of(std::u32string_view segment);

}  // namespace mana::eval
