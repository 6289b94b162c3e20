#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/base/random.h"
#include "mana/data/pretraining/sequence_plan.h"

namespace mana::data {

/// A pair as it stands in its document: A = [begin, middle), B = [middle, end).
struct TextPair {
  std::uint32_t document = 0;
  std::uint64_t begin = 0, middle = 0, end = 0;

  std::uint64_t first() const { return middle - begin; }  ///< |A|
  std::uint64_t second() const { return end - middle; }   ///< |B|
};

/// A document of two sentences or more as pairs, one behind the other, neither of whose sides is empty, with
/// |A| + |B| ≤ room. Each is filled with sentences, or, with the probability `short_share`, up to a random length; A
/// ends behind one of its sentences. Where the last sentence would stand alone, it is joined to the pair before it,
/// takes a sentence of that, or is cut in two.
void add_pairs(const TokenFile& tokens, std::uint32_t document, std::size_t room, double short_share, Random random,
               std::vector<TextPair>& pairs);

/// For half of the pairs, by chance, a partner of another document with which to exchange B: [pairs], itself where none
/// is. Partners have B of the same length or nearly, so that the lengths of a pair tell nothing of it, and
/// |A_i| + |B_j| ≤ room, |A_j| + |B_i| ≤ room. Where documents are few or one is most of the corpus, not all find one.
std::vector<std::uint32_t> exchange_partners(std::span<const TextPair> pairs, std::size_t room, Random random);

}  // namespace mana::data
