#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "mana/formats/packed_file.h"

namespace mana::train {

/// Everything that a run is made of, part by part: visit(name, bytes), always with the same names and sizes in the same
/// order. The bytes are read to save them and overwritten to restore them.
using VisitState = std::function<void(const std::string& name, std::span<std::byte> bytes)>;

/// Which run a checkpoint belongs to, so that no other goes on from it.
struct RunIdentity {
  std::uint64_t model = 0;    ///< a sum of the files that the run started from
  std::uint64_t options = 0;  ///< a sum of the options and data that decide its course
};

/// A point in a run from which it goes on as if it had never stopped: one packed file (formats/packed_file.h), every
/// section with its sum, that takes the place of the one before it only when it is whole.
///
/// `progress` is where the run stands, as JSON, in what its loop knows how to read.
/// Throws IoError (disk full, …); then the file of this name stays what it was.
void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity, const std::string& progress,
                      const std::function<void(const VisitState&)>& for_each_state);

/// A checkpoint that was found.
class Checkpoint {
 public:
  /// Throws IoError when it cannot be read, FormatError when it is damaged, of another version, or of another run: the
  /// sentence says which.
  Checkpoint(const std::filesystem::path& path, const RunIdentity& identity);

  const std::string& progress() const { return progress_; }
  /// Gives every part its bytes back. Throws FormatError when one is missing or of another size.
  void restore(const std::function<void(const VisitState&)>& for_each_state) const;

 private:
  formats::PackedFile file_;
  std::string progress_;
};

}  // namespace mana::train
