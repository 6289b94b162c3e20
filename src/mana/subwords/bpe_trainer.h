#pragma once

#include <string>
#include <vector>

#include "mana/subwords/counted_words.h"
#include "mana/subwords/events.h"
#include "mana/subwords/options.h"
#include "mana/subwords/pair_table.h"

namespace mana::subwords {

/// A byte-level vocabulary, whose bytes are written as letters (text::letter_of): special tokens, the 256 bytes in
/// the order of their letters, then what each merge makes unless that was there.
struct TrainedBytePairs {
  std::vector<std::string> pieces;
  std::vector<SymbolPair> merges;  ///< in the order in which they are applied
};

/// Learns byte-level BPE (Radford et al. 2019) from the words of word_stages(): the same vocabulary and merges as the
/// BpeTrainer of the Rust `tokenizers` with ByteLevel's alphabet. Throws ArgumentError where the vocabulary is too
/// small for its alphabet, or larger than the text allows; Cancelled.
TrainedBytePairs train_byte_bpe(const CountedWords& words, const Options& options, const Events& events = {});

}  // namespace mana::subwords
