#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mana/data/batch_plan.h"

namespace mana::data {

/// Rows cut into batches in which no text stands twice: each batch takes, in `order`, every row that has no text in
/// common with those it has, until it has `batch` rows or the next one would take it beyond `tokens` (0: any); the
/// others come first in the next. (NoDuplicatesBatchSampler of sentence-transformers.)
///
/// A row that has to wait does so with the others that have the same text, of which a batch can take but one. So a
/// batch looks at a row of each such text, not at all that wait, and the work is about linear in the rows however often
/// their texts repeat.
std::vector<std::vector<std::uint32_t>> cut_without_duplicates(const std::vector<std::uint32_t>& order,
                                                               const RowFacts& facts, std::size_t batch,
                                                               std::size_t tokens);

}  // namespace mana::data
