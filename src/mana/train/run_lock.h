#pragma once

#include <filesystem>

#include "mana/base/partial_file.h"

namespace mana::train {

/// Holds a run's output from before its first step: meanwhile no other process prepares a run there. What it holds is
/// the run's log.
class RunLock {
 public:
  /// Throws IoError where another process has it.
  explicit RunLock(const std::filesystem::path& output);
  /// Where no run began, nothing is left.
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  PartialFile& log() { return log_; }

 private:
  PartialFile log_;
};

/// The name that a run's log would have, were it ever complete.
std::filesystem::path log_path(const std::filesystem::path& output);

}  // namespace mana::train
