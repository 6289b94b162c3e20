#pragma once

#include <filesystem>
#include <memory>

#include "mana/jobs/embedding_output.h"

namespace mana::cli {

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
