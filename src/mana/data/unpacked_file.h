#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace mana::data {

/// The whole of a packed file, unpacked in memory.
struct UnpackedFile {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;  ///< keeps the bytes
};

/// `check` sees the first megabyte, if there is so much, before more is unpacked, and throws where it is no beginning
/// of what is wanted. Throws IoError; FormatError where the data are broken, or more than `limit` bytes come out.
UnpackedFile unpack(const std::filesystem::path& path, std::uint64_t limit,
                    const std::function<void(std::string_view beginning)>& check);

}  // namespace mana::data
