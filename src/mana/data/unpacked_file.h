#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace mana::data {

/// The whole of a packed file, unpacked in memory.
struct UnpackedFile {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;  ///< keeps the bytes
};

/// Throws IoError; FormatError where the data are broken, or more than `limit` bytes come out.
UnpackedFile unpack(const std::filesystem::path& path, std::uint64_t limit);

}  // namespace mana::data
