#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace mana {

/// A folder that appears under its name only when it is complete: filled beside it, then renamed by commit(). Without
/// commit() nothing is left behind, and what had the name stays as it was.
class AtomicFolder {
 public:
  /// What to do with a folder of this name that is not empty.
  enum class Existing { refuse, replace };

  /// Finds what must not be lost in a folder that is to be replaced: nothing where all of it is of the kind that is put
  /// there.
  using FindForeign = std::function<std::optional<std::filesystem::path>(const std::filesystem::path& folder)>;

  /// Throws IoError when the name is that of a file, of a folder that is not empty (unless it may be replaced and has
  /// nothing foreign in it, which is looked for again by commit()), or its parent cannot be written.
  explicit AtomicFolder(const std::filesystem::path& path, Existing existing = Existing::refuse,
                        FindForeign foreign = {});
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
  FindForeign foreign_;
};

}  // namespace mana
