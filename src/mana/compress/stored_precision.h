#pragma once

#include <filesystem>

namespace mana::compress {

/// Stores every f32 or f64 weight of the folder as bf16, rounded to the nearest, in place. sentence-transformers loads
/// the folder and computes in f32, as config.json goes on saying. Throws IoError, FormatError.
void store_as_bf16(const std::filesystem::path& folder);

}  // namespace mana::compress
