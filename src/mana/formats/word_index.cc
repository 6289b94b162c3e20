#include "mana/formats/word_index.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/text/flat_bytes.h"

namespace mana::formats {
namespace {

constexpr std::uint64_t kMark = 0x7865646E69616E6D;  // "mnaindex"
constexpr std::uint64_t kVersion = 2;

/// Whether a word and a space stand before its row.
bool stands_before(std::span<const std::byte> file, std::uint64_t row, std::string_view word) {
  if (row < word.size() + 1) return false;
  const auto* const space = reinterpret_cast<const char*>(file.data()) + row - 1;
  return *space == ' ' && std::string_view(space - word.size(), word.size()) == word;
}

}  // namespace

bool is_word_index(std::span<const std::byte> bytes) {
  std::uint64_t mark = 0;
  if (bytes.size() < sizeof mark) return false;
  std::memcpy(&mark, bytes.data(), sizeof mark);
  return mark == kMark;
}

std::filesystem::path word_index_path(const std::filesystem::path& file) {
  std::filesystem::path path = file;
  path += ".index";
  return path;
}

std::vector<std::byte> make_word_index(const WordVectors& vectors, const FileState& state) {
  std::vector<std::uint32_t> sizes;
  std::vector<char> bytes;
  sizes.reserve(vectors.size());
  for (const std::string_view word : vectors.words) {
    sizes.push_back(static_cast<std::uint32_t>(word.size()));
    bytes.insert(bytes.end(), word.begin(), word.end());
  }
  text::FlatWriter index;
  for (const std::uint64_t number : {kMark, kVersion, state.size, static_cast<std::uint64_t>(state.changed),
                                     static_cast<std::uint64_t>(vectors.dimensions)}) {
    index.number(number);
  }
  index.array(std::span<const std::uint64_t>(vectors.begins));
  index.array(std::span<const std::uint32_t>(sizes));
  index.array(std::span<const char>(bytes));
  std::string notes;
  for (const std::string& note : vectors.notes) notes += note + '\n';
  index.array(std::span<const char>(notes));
  return index.take();
}

std::optional<WordVectors> read_word_index(std::span<const std::byte> index, std::span<const std::byte> file,
                                           const FileState& state, std::shared_ptr<const void> owner) try {
  text::FlatReader reader(index, "index");
  if (reader.number() != kMark || reader.number() != kVersion) return std::nullopt;
  const FileState then{reader.number(), static_cast<std::int64_t>(reader.number())};
  if (then != state || state.size != file.size()) return std::nullopt;
  WordVectors vectors;
  vectors.dimensions = reader.number(file.size() / sizeof(float));
  const auto begins = reader.array<std::uint64_t>();
  const auto sizes = reader.array<std::uint32_t>();
  const auto bytes = reader.array<char>();
  const auto notes = reader.array<char>();
  if (begins.empty() || vectors.dimensions == 0 || sizes.size() != begins.size()) return std::nullopt;
  const std::size_t row_bytes = vectors.dimensions * sizeof(float);
  std::string_view left(bytes.data(), bytes.size());
  vectors.words.reserve(sizes.size());
  for (std::size_t word = 0; word < sizes.size(); ++word) {
    if (sizes[word] > left.size() || begins[word] > file.size() - row_bytes) return std::nullopt;
    vectors.words.push_back(left.substr(0, sizes[word]));
    left.remove_prefix(sizes[word]);
  }
  if (!left.empty()) return std::nullopt;
  constexpr std::size_t kLookedAt = 64;
  const std::size_t stride = vectors.words.size() / kLookedAt + 1;
  for (std::size_t word = 0; word < vectors.words.size(); word += stride) {
    if (!stands_before(file, begins[word], vectors.words[word])) return std::nullopt;
  }
  for (std::string_view rest(notes.data(), notes.size()); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    vectors.notes.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  vectors.begins.assign(begins.begin(), begins.end());
  vectors.bytes = file;
  vectors.owner = std::move(owner);
  return vectors;
} catch (const Error&) {
  return std::nullopt;
}

}  // namespace mana::formats
