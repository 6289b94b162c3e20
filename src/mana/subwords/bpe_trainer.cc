#include "mana/subwords/bpe_trainer.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "mana/subwords/alphabet.h"
#include "mana/subwords/merge_learner.h"
#include "mana/subwords/vocabulary_size.h"
#include "mana/text/byte_letters.h"

namespace mana::subwords {

TrainedBytePairs train_byte_bpe(const CountedWords& words, const Options& options, const Events& events) {
  std::array<unsigned char, 256> bytes;
  std::iota(bytes.begin(), bytes.end(), 0);
  std::ranges::sort(bytes, {}, text::letter_of);

  TrainedBytePairs trained{options.special_tokens, {}};
  std::array<std::uint32_t, 256> symbol_of;
  for (const unsigned char byte : bytes)
    symbol_of[byte] = add_letter(options, trained.pieces, spelled(text::letter_of(byte)));
  require_room(options, trained.pieces.size());

  SymbolWords symbols;
  for (const CountedWord& word : words) {
    symbols.begin_word(word.count);
    for (const char byte : word.text) symbols.add(symbol_of[static_cast<unsigned char>(byte)]);
  }
  trained.merges = learn_merges(std::move(symbols), trained.pieces,
                                {options.vocabulary_size, options.min_frequency, options.max_length()}, events);
  require_reached(options, trained.pieces.size());
  return trained;
}

}  // namespace mana::subwords
