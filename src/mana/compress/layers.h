#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace mana::compress {

/// `count` of `layers` layers, as evenly spread as can be, the first and the last among them (one: the first). Throws
/// ArgumentError unless 1 <= count <= layers.
std::vector<std::size_t> evenly_spaced_layers(std::size_t count, std::size_t layers);

/// The layers of a model's transformer. Throws ArgumentError for a static embedding, which has none.
std::size_t layer_count(const std::filesystem::path& folder);

/// Leaves only these layers (numbers from 0, ascending) in the folder, which is changed in place. Throws ArgumentError
/// for a list that is empty, not ascending or names a layer that there is not; IoError, FormatError.
void keep_layers(const std::filesystem::path& folder, const std::vector<std::size_t>& layers);

}  // namespace mana::compress
