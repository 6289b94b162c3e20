#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "mana/data/waiting.h"

namespace mana::data {

/// The bytes of a file or of standard input as they are, in order.
class FileBytes {
 public:
  /// Opens `path`; "-" is standard input. `waiting` says how it waits for a pipe or a terminal.
  /// Throws IoError when the file cannot be opened or is a folder.
  explicit FileBytes(const std::filesystem::path& path, Waiting waiting = {});
  ~FileBytes();
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&&) = delete;

  /// Puts the next bytes into `block` and returns how many; 0 at the end.
  /// Throws IoError when reading fails, Cancelled when `waiting` is to stop.
  std::size_t read(std::span<char> block);

  /// "corpus.txt", or "standard input".
  const std::string& name() const { return name_; }

 private:
  int descriptor_ = -1;
  std::string name_;
  Waiting waiting_;
  bool ended_ = false;
};

}  // namespace mana::data
