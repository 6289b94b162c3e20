#include "tests/support/source_path.h"

namespace mana {

std::filesystem::path source_path(std::string_view name) { return std::filesystem::path(MANA_SOURCE_DIR) / name; }

std::filesystem::path fixture_path(std::string_view name) { return source_path("tests/fixtures") / name; }

}  // namespace mana
