#include "mana/data/word_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/machine_memory.h"
#include "mana/data/unpacked_file.h"
#include "mana/data/unpacker.h"
#include "mana/formats/fasttext.h"
#include "mana/formats/word_file.h"

namespace mana::data {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{16} << 30;

/// Every form but fastText's has a line end near its beginning: a file without one is not unpacked to its end, if it
/// has any.
void require_line(std::string_view beginning, const std::filesystem::path& path) {
  if (beginning.find('\n') != std::string_view::npos || formats::is_fasttext(std::as_bytes(std::span(beginning))))
    return;
  throw FormatError(fmt::format("{} is no file of word vectors: what it holds has no line end within {} bytes",
                                path.string(), beginning.size()));
}

bool is_packed(const std::filesystem::path& path) {
  constexpr std::size_t kLongestMark = 4;
  const MappedFile file(path);
  const std::size_t size = std::min(file.bytes().size(), kLongestMark);
  return compression_of({reinterpret_cast<const char*>(file.bytes().data()), size}).compression != nullptr;
}

}  // namespace

formats::WordVectors open_word_vectors(const std::filesystem::path& path) {
  if (!is_packed(path)) return formats::open_word_file(path);
  UnpackedFile file = unpack(path, std::min(kMost, machine_memory() / 2),
                             [&](std::string_view beginning) { require_line(beginning, path); });
  return formats::parse_word_file(file.bytes, path.string(), std::move(file.owner));
}

}  // namespace mana::data
