#include "mana/data/unpacker.h"

#include <algorithm>
#include <array>

namespace mana::data {
namespace {

constexpr Compression kGzip{"gzip", ".gz", gzip_unpacker, gzip_packed};
constexpr Compression kZstd{"zstd", ".zst", zstd_unpacker, zstd_packed};

/// Bytes that data in some form begin with; of the first, those bits that `first_mask` has.
struct Beginning {
  std::string_view bytes;
  unsigned char first_mask;
  const Compression* compression;
};
constexpr std::array<Beginning, 3> kBeginnings = {{
    {"\x1F\x8B", 0xFF, &kGzip},
    {"\x28\xB5\x2F\xFD", 0xFF, &kZstd},
    {"\x50\x2A\x4D\x18", 0xF0, &kZstd},  // a frame to skip, which pzstd begins with: 0x50 to 0x5F
}};

bool agrees(const Beginning& form, std::string_view bytes) {
  for (std::size_t i = 0; i < std::min(bytes.size(), form.bytes.size()); ++i) {
    const auto mask = i == 0 ? form.first_mask : 0xFFU;
    if (((static_cast<unsigned char>(bytes[i]) ^ static_cast<unsigned char>(form.bytes[i])) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

CompressionGuess compression_of(std::string_view beginning) {
  for (const Beginning& form : kBeginnings) {
    if (!agrees(form, beginning)) continue;
    if (beginning.size() < form.bytes.size()) return {nullptr, true};
    return {form.compression, false};
  }
  return {};
}

const Compression* compression_named(std::string_view name) {
  for (const Compression* const compression : {&kGzip, &kZstd}) {
    const std::string_view ending = name.substr(name.size() - std::min(name.size(), compression->extension.size()));
    const bool same = std::ranges::equal(ending, compression->extension, [](char found, char wanted) {
      return found == wanted || (found >= 'A' && found <= 'Z' && found + 32 == wanted);
    });
    if (same) return compression;
  }
  return nullptr;
}

std::string_view unpacked_name(std::string_view name) {
  const Compression* const compression = compression_named(name);
  return name.substr(0, name.size() - (compression == nullptr ? 0 : compression->extension.size()));
}

}  // namespace mana::data
