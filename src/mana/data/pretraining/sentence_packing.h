#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mana/data/pretraining/sequence_plan.h"

namespace mana::data {

/// Documents in the order given, as sequences of whole sentences: each goes on until the next sentence has no room.
EpochSequences pack_sentences(const TokenFile& tokens, std::span<const std::uint32_t> documents, std::size_t length);

}  // namespace mana::data
