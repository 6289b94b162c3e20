#pragma once

#include <span>
#include <string_view>

#include "mana/data/batch_plan.h"
#include "mana/train/sentence/loss.h"
#include "mana/train/sentence/token_rows.h"

namespace mana::train {

// Rows that teach nothing are refused before the first step, each with the file that is to blame and the cause.

/// Which rows may stand together for this loss, and how few are a batch.
data::BatchRules rules_for(const LossData& data, data::BatchRules rules);

/// Throws ArgumentError for a file of which all scores are equal, where the loss ranks; of which all classes are, where
/// it compares them; and for files that hold one kind of pair alone, where the loss takes alike and not alike.
void require_labels_that_teach(std::span<const TokenRows> sets, const Loss& loss);

/// Throws ArgumentError for batches of one row, where the loss compares rows of a batch.
void require_batch_size(const data::BatchRules& rules, const Loss& loss);

/// Throws ArgumentError that names the first of the files that makes no batch for the loss of this name, and why.
[[noreturn]] void refuse_rows_without_batch(std::span<const TokenRows> sets, std::span<const data::RowFacts> facts,
                                            const data::BatchRules& rules, std::string_view loss);

}  // namespace mana::train
