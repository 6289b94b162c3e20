#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "mana/formats/safetensors.h"

/// Sums of a model's ordinary files, by which a packed model knows them again (formats::PackedOrigin).
namespace mana::models {

/// What goes into a sum of some bytes: all of them, or the first and the middle 64.
using ExtendSum = std::uint64_t (*)(std::uint64_t sum, std::span<const std::byte> bytes);
std::uint64_t with_all(std::uint64_t sum, std::span<const std::byte> bytes);
std::uint64_t with_sample(std::uint64_t sum, std::span<const std::byte> bytes);

std::uint64_t with_text(std::uint64_t sum, std::string_view text);
/// Names, types, shapes and bytes of tensors.
std::uint64_t with_weights(std::uint64_t sum, const formats::StoredWeights& weights, ExtendSum extend);
/// Each of the tokenizer's files that the folder has, every byte of it.
std::uint64_t with_tokenizer(std::uint64_t sum, const std::filesystem::path& folder);

}  // namespace mana::models
