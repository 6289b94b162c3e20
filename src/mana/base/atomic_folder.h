#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace mana {

/// A folder that appears under its name only when it is complete: filled beside it, then renamed by commit(), in one
/// step where the file system can, so that its name is never without a folder. Without commit() nothing is left behind,
/// and what had the name stays as it was; what a killed process left, the next one for the same name removes.
class AtomicFolder {
 public:
  /// What to do with a folder of this name that is not empty.
  enum class Existing { refuse, replace };

  /// Finds what must not be lost in a folder that is to be replaced: nothing where all of it is of the kind that is put
  /// there.
  using FindForeign = std::function<std::optional<std::filesystem::path>(const std::filesystem::path& folder)>;

  /// Throws IoError when the name is that of a file, of a folder that is not empty, or its parent cannot be written. A
  /// folder may be replaced that an AtomicFolder wrote (folder_mark.h), and that has nothing foreign in it; both are
  /// looked at again by commit().
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
  int descriptor_ = -1;              ///< of it: as long as it is open, nobody takes it for a leftover
  Existing existing_;
  FindForeign foreign_;
};

}  // namespace mana
