#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>

namespace mana::data {

/// The bytes of a file or of standard input as they are, in order.
class FileBytes {
 public:
  /// Opens `path`; "-" is standard input. While it waits for a pipe or a terminal it heeds `stop`.
  /// Throws IoError when the file cannot be opened or is a folder.
  explicit FileBytes(const std::filesystem::path& path, std::stop_token stop = {});
  ~FileBytes();
  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&&) = delete;

  /// Puts the next bytes into `block` and returns how many; 0 at the end.
  /// Throws IoError when reading fails, Cancelled when `stop` is requested.
  std::size_t read(std::span<char> block);

  /// "corpus.txt", or "standard input".
  const std::string& name() const { return name_; }

 private:
  int descriptor_ = -1;
  std::string name_;
  std::stop_token stop_;
  bool ended_ = false;
};

}  // namespace mana::data
