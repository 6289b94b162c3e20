#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "mana/models/bert/pretraining.h"

/// An encoder with the heads of its pre-training, whatever its family.
namespace mana::models {

using MaskedModel = BertForPretraining;
using MaskedModelConfig = BertConfig;

/// The `config.json` of a folder, whatever heads it has. Throws IoError or FormatError.
MaskedModelConfig read_masked_model_config(const std::filesystem::path& folder);
/// That of the file alone, which need not say its model_type. Throws FormatError.
MaskedModelConfig masked_model_config(const json::Value& config);

/// The model of a folder with a head of masked words, to serve with; the head of the next sentence, too, where it has
/// one. Throws IoError or FormatError that names the place, and where there is no such head.
MaskedModel load_masked_model(const std::filesystem::path& folder, const kernels::WeightLayout& layout);

/// Some rows of x, in this order.      x: [tokens, model] -> [rows, model]
Tensor rows_of(const nn::Run& run, const Tensor& x, std::span<const std::int32_t> rows);

}  // namespace mana::models
