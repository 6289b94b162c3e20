#include "mana/train/sequence/sequence_batch.h"

namespace mana::train {

SequenceBatch::SequenceBatch(const TokenPairs& pairs, std::span<const std::uint32_t> chosen, text::TokenId start) {
  for (const std::uint32_t pair : chosen) {
    const auto x = pairs.source[pair], y = pairs.target[pair];
    source.ids.insert(source.ids.end(), x.begin(), x.end());
    source.offsets.push_back(static_cast<std::uint32_t>(source.ids.size()));
    target.ids.push_back(start);
    target.ids.insert(target.ids.end(), y.begin(), y.end() - 1);
    target.offsets.push_back(static_cast<std::uint32_t>(target.ids.size()));
    labels.insert(labels.end(), y.begin(), y.end());
  }
}

}  // namespace mana::train
