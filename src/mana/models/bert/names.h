#pragma once

#include "mana/models/names.h"

namespace mana::models {

inline constexpr PartNames kBertParts[] = {
    {"embeddings.word", {"embeddings.word_embeddings"}, "word embeddings"},
    {"embeddings.position", {"embeddings.position_embeddings"}, "position embeddings"},
    {"embeddings.type", {"embeddings.token_type_embeddings"}, "token type embeddings"},
    {"embeddings.norm", {"embeddings.LayerNorm"}, "embedding norm"},
    {"layers.*.attend.query_key_value",
     {"encoder.layer.*.attention.self.query", "encoder.layer.*.attention.self.key",
      "encoder.layer.*.attention.self.value"},
     "encoder layer *"},
    {"layers.*.attend.output", {"encoder.layer.*.attention.output.dense"}, "encoder layer *"},
    {"layers.*.attend_norm", {"encoder.layer.*.attention.output.LayerNorm"}, "encoder layer *"},
    {"layers.*.feed_forward.widen", {"encoder.layer.*.intermediate.dense"}, "encoder layer *"},
    {"layers.*.feed_forward.narrow", {"encoder.layer.*.output.dense"}, "encoder layer *"},
    {"layers.*.feed_norm", {"encoder.layer.*.output.LayerNorm"}, "encoder layer *"}};

inline constexpr NameTable kBertNames(kBertParts, "bert.");

}  // namespace mana::models
