#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "mana/text/pre_tokenizer.h"
#include "mana/text/token_table.h"
#include "mana/text/word_cache.h"

namespace mana::text {

/// Calls add(word, its hash) for every word, after what table and cache have of it has begun to be fetched: for many
/// words at once, so that they wait for memory together. `text` is followed by TokenTable::kPadding readable bytes.
template <class Add>
void for_each_hashed(std::string_view text, const Words& words, const TokenTable& table, const WordCache& cache,
                     Add&& add) {
  std::array<std::uint64_t, 16> hashes;
  for (std::size_t begin = 0; begin < words.size(); begin += hashes.size()) {
    const std::size_t count = std::min(hashes.size(), words.size() - begin);
    const Range* some = words.data() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      hashes[i] = table.prepare(text.data() + some[i].begin, some[i].size());
      cache.prepare(hashes[i]);
    }
    for (std::size_t i = 0; i < count; ++i) add(some[i], hashes[i]);
  }
}

}  // namespace mana::text
