#pragma once

#include <filesystem>

namespace mana {

/// Holds an output's name from before anything is read or computed for it until it is written: meanwhile another
/// process that wants the same is refused. The kernel lets go of it when the process ends, however it ends; what is
/// left then is an empty file "<output>.mana.lock", which the next one takes and removes.
class OutputLock {
 public:
  /// Throws IoError where another process has it, or the folder cannot be written.
  explicit OutputLock(const std::filesystem::path& output);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace mana
