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

/// What transformers' BertLMHeadModel, a BERT that decodes, calls those parts of its attention to a memory that a
/// memory of one row leaves (denoising/tied_decoder.h).
inline constexpr PartNames kBertDecoderParts[] = {
    {"decoder.*.value", {"bert.encoder.layer.*.crossattention.self.value"}, "decoder layer *"},
    {"decoder.*.output", {"bert.encoder.layer.*.crossattention.output.dense"}, "decoder layer *"},
    {"decoder.*.norm", {"bert.encoder.layer.*.crossattention.output.LayerNorm"}, "decoder layer *"}};

inline constexpr NameTable kBertDecoderNames(kBertDecoderParts, "");

}  // namespace mana::models
