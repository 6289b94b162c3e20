#include "mana/subwords/pair_table.h"

#include "mana/base/errors.h"

namespace mana::subwords {

std::size_t PairTable::home(SymbolPair pair) const {
  const std::uint64_t key = std::uint64_t{pair.first} << 32U | pair.second;
  const std::uint64_t hash = key * 0x9E3779B97F4A7C15;
  return (hash ^ hash >> 32U) & (slots_.size() - 1);
}

std::uint32_t PairTable::number(SymbolPair pair) {
  std::size_t at = home(pair);
  for (; slots_[at] != kEmpty; at = (at + 1) & (slots_.size() - 1)) {
    if (pairs_[slots_[at]] == pair) return slots_[at];
  }
  if (pairs_.size() == kEmpty) throw ArgumentError("the text has more than 4 billion different pairs of symbols");
  const auto number = static_cast<std::uint32_t>(pairs_.size());
  slots_[at] = number;
  pairs_.push_back(pair);
  counts_.push_back(0);
  if (pairs_.size() * 2 > slots_.size()) grow();
  return number;
}

void PairTable::grow() {
  slots_.assign(slots_.size() * 2, kEmpty);
  for (std::uint32_t number = 0; number < pairs_.size(); ++number) {
    std::size_t at = home(pairs_[number]);
    while (slots_[at] != kEmpty) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = number;
  }
}

}  // namespace mana::subwords
