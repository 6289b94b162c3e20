#pragma once

#include "mana/models/names.h"

namespace mana::models {

/// What transformers calls the parts of BERT's heads. The matrix of logits is the word table.
inline constexpr PartNames kBertHeadParts[] = {
    {"words.transform", {"cls.predictions.transform.dense"}, "masked words"},
    {"words.norm", {"cls.predictions.transform.LayerNorm"}, "masked words"},
    {"words.decoder.weight", {"bert.embeddings.word_embeddings.weight"}, "word embeddings"},
    {"words.decoder.bias", {"cls.predictions.bias"}, "masked words"},
    {"next.pooler", {"bert.pooler.dense"}, "next sentence"},
    {"next.classes", {"cls.seq_relationship"}, "next sentence"}};

inline constexpr NameTable kBertHeadNames(kBertHeadParts, "");

}  // namespace mana::models
