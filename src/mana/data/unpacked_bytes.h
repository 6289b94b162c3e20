#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "mana/data/file_bytes.h"
#include "mana/data/unpacker.h"

namespace mana::data {

/// The bytes of a file or of standard input, in order; those that gzip or zstd has packed come unpacked. What is packed
/// is told by its first bytes, whatever the file is called.
class UnpackedBytes {
 public:
  /// Opens `path`; "-" is standard input. `waiting` says how it waits for a pipe or a terminal.
  /// Throws IoError when the file cannot be opened or is a folder.
  explicit UnpackedBytes(const std::filesystem::path& path, Waiting waiting = {});

  /// Puts the next bytes into `block` and returns how many; 0 at the end.
  /// Throws IoError when reading fails, FormatError where packed data are broken or break off, Cancelled when `waiting`
  /// is to stop.
  std::size_t read(std::span<char> block);

  /// "corpus.txt", or "standard input".
  const std::string& name() const { return file_.name(); }
  /// Bytes of the file that have been used, packed as they are: how far the reading has come.
  std::uint64_t position() const { return position_; }
  /// "gzip", where that has packed them; empty where nothing has, or before the first read().
  std::string_view compression() const { return compression_ == nullptr ? std::string_view() : compression_->name; }

 private:
  std::size_t unpack(std::span<char> block);
  void find_packing();
  /// Reads on, in place of what was read before; false at the end of the file.
  bool fill(std::size_t size);
  std::span<const char> rest() const { return std::span(buffer_).subspan(used_); }
  void use(std::size_t count);

  FileBytes file_;
  std::string buffer_;    // bytes as they are in the file
  std::size_t used_ = 0;  // of them
  std::uint64_t position_ = 0;
  const Compression* compression_ = nullptr;
  Unpacker unpacker_;
  bool began_ = false;
};

}  // namespace mana::data
