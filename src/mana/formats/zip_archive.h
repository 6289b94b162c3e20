#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace mana::formats {

/// The files in a zip archive by their paths in it; their bytes lie in the archive. (APPNOTE.TXT of PKWARE 6.3, with
/// zip64.) Files must be stored as they are, neither compressed nor encrypted, in one archive that is whole: what
/// PyTorch writes. Every offset and size is checked, and no byte belongs to two files. Throws FormatError that names
/// `place`.
std::map<std::string, std::span<const std::byte>, std::less<>> read_zip(std::span<const std::byte> archive,
                                                                        std::string_view place);

}  // namespace mana::formats
