#pragma once

#include <vector>

#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"
#include "mana/models/counted_tensor.h"
#include "mana/models/encoder_facts.h"
#include "mana/models/families.h"

namespace mana::models {

/// The tensors that the encoder of a folder reads, in the order of the model, from open_encoder(folder): the table with
/// a row for each token is the first. Throws FormatError that names the first which is missing or has another shape
/// than config.json makes it.
std::vector<CountedTensor> encoder_tensors(const formats::SentenceFolder& folder,
                                           const formats::StoredWeights& stored_weights);

/// read_encoder_config() of the folder's encoder, which is no static embedding.
EncoderConfig encoder_config(const formats::SentenceFolder& folder);

/// The facts of a folder's encoder, whatever it is.
EncoderFacts encoder_facts(const formats::SentenceFolder& folder);

}  // namespace mana::models
