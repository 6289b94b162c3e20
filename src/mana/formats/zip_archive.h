#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mana::formats {

/// The files in a zip archive by their paths in it; their bytes lie in the archive. (APPNOTE.TXT of PKWARE 6.3, with
/// zip64.) Files must be stored as they are, neither compressed nor encrypted, in one archive that is whole: what
/// PyTorch writes. Every offset and size is checked, and no byte belongs to two files. Throws FormatError that names
/// `place`.
std::map<std::string, std::span<const std::byte>, std::less<>> read_zip(std::span<const std::byte> archive,
                                                                        std::string_view place);

/// The files in an archive whose bytes are not those that its CRC-32 were made of. Throws as read_zip().
std::vector<std::string> damaged_files(std::span<const std::byte> archive, std::string_view place);

}  // namespace mana::formats
