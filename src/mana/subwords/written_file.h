#pragma once

#include <filesystem>
#include <string_view>

#include "mana/base/file.h"

namespace mana::subwords {

/// Writes a file that appears when it is whole. Throws IoError.
inline void write_whole(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace mana::subwords
