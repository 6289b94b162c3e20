#pragma once

#include <nlohmann/json_fwd.hpp>

#include "mana/data/retrieval_set.h"
#include "mana/eval/retrieval.h"

namespace mana::cli {

/// Tells what of the judgements does not meet the texts, and what became of it.
void note_oddities(const data::RetrievalSet& set, const data::RetrievalFiles& files, bool ignore_identical_ids);

nlohmann::ordered_json json_of(const eval::RetrievalResult& result, const data::RetrievalSet& set,
                               formats::Similarity similarity, eval::Gain gain);

}  // namespace mana::cli
