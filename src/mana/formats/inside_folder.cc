#include "mana/formats/inside_folder.h"

#include <algorithm>
#include <filesystem>

namespace mana::formats {

bool stays_inside(std::string_view relative) {
  if (relative.find('\\') != std::string_view::npos || relative.find('\0') != std::string_view::npos) return false;
  const std::filesystem::path path(relative);
  return path.is_relative() && std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace mana::formats
