#pragma once

#include <filesystem>

namespace mana {

/// A fresh folder of its own under the system's temporary folder, removed with all that is in it at the end of its
/// scope.
class TemporaryFolder {
 public:
  /// Throws IoError.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::filesystem::path operator/(const TemporaryFolder& folder, const std::filesystem::path& name) {
  return folder.path() / name;
}

}  // namespace mana
