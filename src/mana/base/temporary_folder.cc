#include "mana/base/temporary_folder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "mana/base/errors.h"

namespace mana {

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "mana.XXXXXX").string();
  if (error) throw IoError(fmt::format("there is no temporary folder: {}", error.message()));
  if (::mkdtemp(name.data()) == nullptr) {
    throw IoError(fmt::format("cannot make a temporary folder {}: {}", name, std::strerror(errno)));
  }
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mana
