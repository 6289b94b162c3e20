#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

/// Which files an output may take the place of.
namespace mana::cli {

/// What tells of what kind a file is: its first megabyte, unpacked.
struct FileBeginning {
  std::string_view bytes;
  std::uintmax_t size = 0;  ///< of the whole file; of one that is packed, only whether there is more
};

/// Whether a file is of the kind that is to be written (file_kinds.h).
using IsOurs = std::function<bool(const FileBeginning& file)>;

/// Throws ArgumentError when a file of the output's name is there that is neither empty nor of the kind that is to be
/// written, unless it is to be replaced all the same (`force`). `what` is that kind: "vectors in JSON lines".
void require_own_kind(const std::filesystem::path& output, std::string_view what, const IsOurs& ours, bool force);

}  // namespace mana::cli
