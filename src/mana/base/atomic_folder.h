#pragma once

#include <filesystem>

namespace mana {

/// A folder that appears under its name only when it is complete: filled beside it, then renamed by commit(). Without
/// commit() nothing is left behind, and what had the name stays as it was.
class AtomicFolder {
 public:
  /// What to do with a folder of this name that is not empty.
  enum class Existing { refuse, replace };

  /// Throws IoError when the name is that of a file, of a folder that is not empty (unless it may be replaced), or its
  /// parent cannot be written.
  explicit AtomicFolder(const std::filesystem::path& path, Existing existing = Existing::refuse);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where to put the files.
  const std::filesystem::path& temporary() const { return temporary_; }
  /// What stood under the name is removed. Throws IoError.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;  ///< empty once committed
  Existing existing_;
};

}  // namespace mana
