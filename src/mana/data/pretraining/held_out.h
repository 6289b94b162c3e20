#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mana/data/pretraining/token_file.h"

namespace mana::data {

/// Which documents of a corpus: those that are trained on, or those held out for validation.
enum class CorpusSide : std::uint8_t { training, held_out };

/// The numbers of the documents of a side, ascending. Held out is a share of those of `least_sentences` or more,
/// rounded, but `at_least` so many unless it is 0: those with the smallest sums, so that it is a matter of what a
/// document says alone, not of its place, and that documents that are the same are on one side. All others are trained
/// on.
std::vector<std::uint32_t> documents_of(const TokenFile& tokens, CorpusSide side, double share, std::size_t at_least,
                                        std::size_t least_sentences = 1);

}  // namespace mana::data
