#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mana/formats/packed_file.h"

namespace mana::train {

/// Everything that a run is made of, part by part: visit(name, bytes), always with the same names and sizes in the same
/// order. The bytes are read to save them and overwritten to restore them.
using VisitState = std::function<void(const std::string& name, std::span<std::byte> bytes)>;

/// An option or a part of the data that decides a run's course, by the name that people know.
struct RunSetting {
  std::string name;   ///< "--seed", "the rows of pairs.tsv"
  std::string value;  ///< "7", or a sum
  bool told = true;   ///< the value says something to people
};

/// Which run a checkpoint belongs to, so that no other goes on from it.
struct RunIdentity {
  std::uint64_t model = 0;                ///< a sum of what the run started from
  std::uint64_t options = 0;              ///< a sum of the options and data that decide its course
  std::vector<RunSetting> settings = {};  ///< the same by name, for the sentence that says what differs
};

/// A point in a run from which it goes on as if it had never stopped: one packed file (formats/packed_file.h), every
/// section with its sum, that takes the place of the one before it only when it is whole.
///
/// `progress` is where the run stands, as JSON, in what its loop knows how to read.
/// Throws IoError (disk full, …); then the file of this name stays what it was.
void write_checkpoint(const std::filesystem::path& path, const RunIdentity& identity, const std::string& progress,
                      const std::function<void(const VisitState&)>& for_each_state);

/// Throws ArgumentError where something of that name is there that is no checkpoint, and would be lost.
void require_own_checkpoint(const std::filesystem::path& path);

/// A checkpoint that was found.
class Checkpoint {
 public:
  /// Throws IoError when it cannot be read, FormatError when it is damaged, of another version, or of another run: the
  /// sentence says which, and which settings are others.
  Checkpoint(const std::filesystem::path& path, const RunIdentity& identity);

  const std::string& progress() const { return progress_; }
  /// Which settings differ that are no part of the sum `options`, for people; empty where none does.
  const std::string& differences() const { return differences_; }
  /// Gives every part its bytes back. Throws FormatError when one is missing or of another size.
  void restore(const std::function<void(const VisitState&)>& for_each_state) const;

 private:
  formats::PackedFile file_;
  std::string progress_;
  std::string differences_;
};

}  // namespace mana::train
