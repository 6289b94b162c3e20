#pragma once

#include <filesystem>

#include "mana/formats/safetensors.h"
#include "mana/formats/sentence_folder.h"

/// The weights of a transformer, with the LoRA adapter that its folder may have (formats/lora_config.h).
namespace mana::models {

/// The folder with the encoder's config.json and weights: its own, or, for an adapter that has no config.json beside
/// it, that of its base model, a folder or a name that hub::Store resolves. Throws ArgumentError where there is none.
std::filesystem::path encoder_folder(const formats::SentenceFolder& folder);

/// The checkpoint in encoder_folder(), merged with the adapter. What the adapter has and cannot be merged is refused:
/// throws FormatError that names it.
formats::StoredWeights open_encoder(const formats::SentenceFolder& folder);

}  // namespace mana::models
