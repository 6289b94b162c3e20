#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mana/engine/encoder.h"

/// How much two models agree on which texts are alike.
namespace mana::compress {

using TextPairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Pairs that span all degrees of likeness: each text with its `neighbours` nearest ones, and with as many others at
/// fixed distances in the list. Without repetition.
TextPairs pairs_of_all_kinds(const engine::Embeddings& rows, std::size_t neighbours);

/// The cosine of each pair.
std::vector<double> cosines(const TextPairs& pairs, const engine::Embeddings& rows);

}  // namespace mana::compress
