#pragma once

#include <cstdint>
#include <filesystem>

/// The files of a translator's folder.
namespace mana::models {

/// What is taken of its weights and of the files of its tokenizers to know them again (formats::PackedOrigin):
/// configurations are no part of it, since they are read at every start. Both throw IoError, FormatError.
std::uint64_t translator_sample(const std::filesystem::path& folder);
std::uint64_t translator_content(const std::filesystem::path& folder);

/// Copies what makes the translator (configuration, rules of searching, tokenizers, weights) and what is to be known of
/// it into an empty folder; not a packed model. Throws IoError, FormatError.
void copy_translator(const std::filesystem::path& from, const std::filesystem::path& to);

/// Whether translators that are written here have such a file, or such a folder; `path` is relative to theirs.
bool is_of_translator(const std::filesystem::path& path, bool is_folder);

}  // namespace mana::models
