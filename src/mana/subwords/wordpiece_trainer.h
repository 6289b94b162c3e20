#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mana/subwords/counted_words.h"
#include "mana/subwords/events.h"
#include "mana/subwords/options.h"

namespace mana::subwords {

/// What a piece begins with that goes on a word.
inline constexpr std::string_view kContinuingPrefix = "##";

/// Learns the pieces of WordPiece from the words of word_stages(): special tokens, the alphabet in order, the letters
/// that go on a word in order, then what merging makes of them. As the WordPieceTrainer of the Rust `tokenizers` does,
/// pieces are those of byte-pair encoding, not of the likelihood of Schuster and Nakajima (2012); there the letters
/// that go on words are in no order, and pairs counted alike are merged by chance. Throws ArgumentError where the
/// vocabulary is too small for its alphabet, or larger than the text allows; Cancelled.
std::vector<std::string> train_wordpiece(const CountedWords& words, const Options& options, const Events& events = {});

}  // namespace mana::subwords
