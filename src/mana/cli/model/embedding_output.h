#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mana/cli/model/embedding_format.h"
#include "mana/cli/model/resume_journal.h"
#include "mana/compress/embedding_type.h"

namespace mana::cli {

/// Where `mana embed` puts its vectors.
class EmbeddingOutput {
 public:
  virtual ~EmbeddingOutput() = default;

  /// Whether rows reach somebody when they are written, not only at the end.
  virtual bool is_seen_at_once() const { return false; }
  /// What an interrupted run has done already.
  virtual JobState resumed() const { return {}; }
  /// Adds the rows of the texts that follow. Throws IoError, ClosedPipe.
  virtual void write(std::span<const std::string> texts, const engine::Embeddings& rows) = 0;
  /// The last row has been written.
  virtual void finish() = 0;
  /// What is kept of a job that broke off, for a message; empty when nothing is.
  virtual std::string kept() const { return {}; }
};

struct EmbeddingOutputOptions {
  std::filesystem::path path;  ///< empty or "-": standard output
  EmbeddingFormat format = EmbeddingFormat::jsonl;
  compress::Quantiser quantiser;  ///< as what the vectors are stored
  bool include_text = false;
  bool resume = false;
  std::string job;  ///< a JSON object with all that the vectors depend on
};

/// Whether a path is written as a file that appears when it is complete, not as standard output, a device or a pipe.
bool is_file_output(const std::filesystem::path& path);
/// The names that such an output takes beside its own, while it is written or for good.
std::vector<std::filesystem::path> files_beside(const std::filesystem::path& path);

/// A regular file grows as a partial file with a journal beside it, and gets its name when it is complete; standard
/// output, devices and pipes are written as they are. Throws IoError when the output cannot be written, ArgumentError
/// when a job cannot be resumed.
std::unique_ptr<EmbeddingOutput> open_output(const EmbeddingOutputOptions& options);

}  // namespace mana::cli
