#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace mana::formats {

/// What a folder without weights that can be read has in their place (other pickles than PyTorch's own, ONNX, GGUF,
/// TensorFlow's and Flax's files, an adapter alone, half a download), and what to do about it: "weights only as …: …".
/// Nothing where there is none of these.
std::optional<std::string> other_weights(const std::filesystem::path& folder);

/// Throws IoError that says so where a folder has no weights that can be read but others.
void refuse_other_weights(const std::filesystem::path& folder);

}  // namespace mana::formats
