#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "mana/data/text_encoding.h"
#include "mana/data/unpacked_bytes.h"

namespace mana::data {

/// The bytes of a text, a file or standard input: what gzip or zstd has packed comes unpacked, and UTF-16 and UTF-32,
/// which their byte order mark tells, come as UTF-8. A mark at the beginning is no part of the text. What begins as no
/// text does (foreign_form.h) is refused.
class ByteSource {
 public:
  /// Opens `path`; "-" is standard input. `waiting` says how it waits for a pipe or a terminal.
  /// Throws IoError when the file cannot be opened or is a folder.
  explicit ByteSource(const std::filesystem::path& path, Waiting waiting = {});

  /// Puts the next bytes into `block` and returns how many; 0 at the end.
  /// Throws IoError when reading fails, FormatError where the file is no text, or packed data are broken or break off;
  /// Cancelled when `waiting` is to stop.
  std::size_t read(std::span<char> block);

  /// What read() will give first, as far as it has come: at least a byte, unless there is none. Valid until the next
  /// call. Throws as read() does.
  std::string_view beginning();
  /// Waits for more of the beginning, before anything was read; false at the end, or when there is a megabyte of it.
  bool extend_beginning();

  /// "corpus.txt", or "standard input".
  const std::string& name() const { return bytes_.name(); }
  /// Of the file; known once something has been read.
  TextEncoding encoding() const { return decoder_.encoding(); }
  /// Bytes of the file that have been used, packed as they are: how far the reading has come.
  std::uint64_t position() const { return bytes_.position(); }

 private:
  void begin();
  /// Reads on into ahead_; false at the end.
  bool fill();

  UnpackedBytes bytes_;
  Utf8Decoder decoder_;
  std::string raw_;        // bytes to decode
  std::string ahead_;      // bytes of the text that were read, but not given yet
  std::size_t given_ = 0;  // of ahead_
  bool began_ = false;
};

}  // namespace mana::data
