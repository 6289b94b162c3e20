#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "mana/data/byte_source.h"
#include "mana/data/reading_notes.h"
#include "mana/data/record_limits.h"

namespace mana::data {

/// Reads a text, a file or standard input (byte_source.h), line by line in bounded memory (one line, of limited length,
/// plus a block). A line ends with LF or CRLF; the last one may lack its end. NUL bytes are data, an empty line is
/// an empty text, and a byte order mark at the very beginning is no part of the first line.
class LineReader {
 public:
  /// Opens `path`; "-" is standard input. `waiting` says how it waits for a pipe or a terminal,
  /// `longest` how many bytes a line may have. Throws IoError when the file cannot be opened or is a folder.
  explicit LineReader(const std::filesystem::path& path, Waiting waiting = {}, std::size_t longest = kLongestRecord);

  /// Puts the next line, without its end, into `line`; false at the end of the input.
  /// Throws IoError when reading fails, FormatError where this is no text, a line is too long or packed data are
  /// broken, Cancelled when `waiting` is to stop.
  bool next(std::string& line);
  /// What stood behind that line: "\n", "\r\n", or nothing at the end of the input.
  std::string_view ending() const { return ending_; }

  /// What follows, in pieces of any size, for forms in which lines mean nothing: not to be mixed with next(). Empty at
  /// the end; valid until the next call.
  std::string_view piece();
  /// Its bytes as ByteSource::read gives them, instead of next().
  std::size_t read(std::span<char> block) { return source_.read(block); }

  /// What the text begins with, as far as it has come, before anything was read (ByteSource::beginning).
  std::string_view beginning() { return source_.beginning(); }
  bool extend_beginning() { return source_.extend_beginning(); }

  /// What was read in spite of a mistake, so far: lines that next() gave and that were broken.
  ReadingNotes notes() const { return {.name = name(), .encoding = source_.encoding(), .broken = broken_}; }

  /// The number of the line that next() gave last, from 1.
  std::uint64_t number() const { return number_; }
  /// "corpus.txt", or "standard input".
  const std::string& name() const { return source_.name(); }
  /// "corpus.txt:12", for messages about the line that next() gave last.
  std::string place() const;
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return source_.position(); }

 private:
  bool fill();
  [[noreturn]] void refuse_length() const;

  ByteSource source_;
  std::size_t longest_;
  std::string block_;
  std::size_t position_ = 0;
  std::uint64_t number_ = 0;
  std::string_view ending_;
  ReadingNotes::Rows broken_;
};

}  // namespace mana::data
