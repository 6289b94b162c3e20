#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mana/base/file.h"
#include "mana/data/unpacker.h"

namespace mana::cli {

/// Where lines of text go: standard output, at once, or a file, which appears under its name only when it is complete,
/// packed where the name ends in .gz or .zst.
class LineOutput {
 public:
  /// Nothing, or "-", is standard output. Throws IoError when the file cannot be written.
  explicit LineOutput(const std::optional<std::string>& path);

  /// Whether lines reach somebody when they are written, not only at the end.
  bool is_seen_at_once() const { return !file_; }
  /// Throws IoError (disk full, …) or ClosedPipe.
  void write(std::string_view lines);
  /// Nothing may be written after it.
  void commit();

 private:
  void flush();

  std::optional<AtomicFile> file_;
  const data::Compression* compression_ = nullptr;
  std::string waiting_;  // lines to be packed together
};

/// Text as a field of a table: tabs and line ends become spaces, other control characters and separators are escaped.
std::string table_field(std::string_view text);

}  // namespace mana::cli
