#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mana/formats/word_vectors.h"

namespace mana::formats {

/// Where the words and rows of a word2vec binary file are, so that it need not be read from end to end to be opened:
/// kept in `<file>.index` beside it.
std::filesystem::path word_index_path(const std::filesystem::path& file);

/// Whether a file of that name begins as an index of ours: no other is replaced.
bool is_word_index(std::span<const std::byte> bytes);

/// What tells one state of a file from another.
struct FileState {
  std::uint64_t size = 0;
  std::int64_t changed = 0;  ///< when it was last written, in the clock's ticks
  bool operator==(const FileState&) const = default;
};

/// The bytes of an index.
std::vector<std::byte> make_word_index(const WordVectors& vectors, const FileState& state);

/// What make_word_index() was given, its rows in `file` and its words in `index`, which `owner` keeps both. Nothing
/// where the index is of another state of the file, by its size, its time and some of its words, or is broken.
std::optional<WordVectors> read_word_index(std::span<const std::byte> index, std::span<const std::byte> file,
                                           const FileState& state, std::shared_ptr<const void> owner);

}  // namespace mana::formats
