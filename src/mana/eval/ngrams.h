#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mana::eval {

/// N-grams of one order with their repetitions, ascending. Equal n-grams of texts that were counted together are equal
/// numbers, so that the algorithms of sorted ranges are those of multisets: an intersection keeps the smaller count of
/// an n-gram, a union the larger one.
using Ngrams = std::vector<std::uint64_t>;

/// A text as numbers: equal symbols (words, characters) are equal numbers.
using Symbols = std::vector<std::uint32_t>;

/// The n-grams of orders 1 … `orders` of texts that are to be compared: [text][order − 1]. O(n log n) in their length.
std::vector<std::vector<Ngrams>> ngrams_of(std::span<const Symbols> texts, std::size_t orders);

/// The words of texts as numbers that they share.
std::vector<Symbols> numbered(std::span<const std::vector<std::u32string_view>> texts);

/// How many n-grams both have, repetitions included: Σ min(count in a, count in b).
std::size_t common(const Ngrams& a, const Ngrams& b);

/// Each n-gram as often as in that of the two which has it more often.
Ngrams united(const Ngrams& a, const Ngrams& b);

}  // namespace mana::eval
