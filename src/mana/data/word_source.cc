#include "mana/data/word_source.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "mana/base/file.h"
#include "mana/data/unpacked_file.h"
#include "mana/data/unpacker.h"
#include "mana/formats/word_file.h"

namespace mana::data {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{16} << 30;

bool is_packed(const std::filesystem::path& path) {
  constexpr std::size_t kLongestMark = 4;
  const MappedFile file(path);
  const std::size_t size = std::min(file.bytes().size(), kLongestMark);
  return compression_of({reinterpret_cast<const char*>(file.bytes().data()), size}).compression != nullptr;
}

}  // namespace

formats::WordVectors open_word_vectors(const std::filesystem::path& path) {
  if (!is_packed(path)) return formats::open_word_file(path);
  UnpackedFile file = unpack(path, kMost);
  return formats::parse_word_file(file.bytes, path.string(), std::move(file.owner));
}

}  // namespace mana::data
