#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "mana/data/byte_source.h"

namespace mana::data {

/// Reads a file or standard input, which gzip or zstd may have packed, line by line in bounded memory (one line,
/// however long it is, plus a block). A line ends with LF or CRLF; the last one may lack its end. NUL bytes are data,
/// an empty line is an empty text, and a byte order mark at the very beginning is no part of the first line.
class LineReader {
 public:
  /// Opens `path`; "-" is standard input. `waiting` says how it waits for a pipe or a terminal.
  /// Throws IoError when the file cannot be opened or is a folder.
  explicit LineReader(const std::filesystem::path& path, Waiting waiting = {});

  /// Puts the next line, without its end, into `line`; false at the end of the input.
  /// Throws IoError when reading fails, FormatError where packed data are broken, Cancelled when `waiting` is to stop.
  bool next(std::string& line);

  /// The number of the line that next() gave last, from 1.
  std::uint64_t number() const { return number_; }
  /// "corpus.txt", or "standard input".
  const std::string& name() const { return source_.name(); }
  /// "corpus.txt:12", for messages about the line that next() gave last.
  std::string place() const;

 private:
  bool fill();

  ByteSource source_;
  std::string block_;
  std::size_t position_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace mana::data
