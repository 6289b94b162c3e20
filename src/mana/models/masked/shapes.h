#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mana/models/masked/masked_model.h"

namespace mana::models {

/// The shapes of encoders that are known by name, from small to large: of Turc et al. 2019 (arXiv:1908.08962; "tiny", 2
/// layers of 128; "mini", 4 of 256; "small", 4 of 512) and MiniLM's ("minilm", 6 of 384).
std::vector<std::string_view> shape_names();

/// The configuration of a new encoder for a vocabulary of this size. `shape`: a name, or a config.json, which may have
/// a larger vocabulary. Throws ArgumentError for what is neither, or has too small a vocabulary; IoError or
/// FormatError.
MaskedModelConfig shape_config(std::string_view shape, std::size_t vocabulary);

}  // namespace mana::models
