#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "mana/jobs/embedding_output.h"

namespace mana::cli {

/// Standard output, a device or a pipe: what is written is there at once.
class DirectFile {
 public:
  /// Nothing, "-" and other names of standard output are that. Throws IoError when it cannot be written.
  explicit DirectFile(const std::filesystem::path& path);
  ~DirectFile();
  DirectFile(const DirectFile&) = delete;
  DirectFile& operator=(const DirectFile&) = delete;

  /// Throws IoError (disk full, …) or ClosedPipe.
  void write(std::string_view bytes) const;

 private:
  std::string name_;
  int descriptor_;
};

/// Whether a path is written as a file that appears when it is complete, not as standard output (empty or "-"), a
/// device or a pipe.
bool is_file_output(const std::filesystem::path& path);

/// A file as jobs::open_file_output() has it; standard output, devices and pipes are written as they are, and throw
/// ClosedPipe. Throws IoError when the output cannot be written, ArgumentError when a job cannot be resumed.
std::unique_ptr<jobs::EmbeddingOutput> open_output(const jobs::EmbeddingOutputOptions& options);

/// The format that a file's name asks for by its ending, in capitals or not; else jsonl. Throws UsageError where that
/// is the ending of another form: ".csv".
jobs::EmbeddingFormat format_of(const std::filesystem::path& path);

}  // namespace mana::cli
