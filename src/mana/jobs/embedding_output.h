#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/compress/embedding_type.h"
#include "mana/data/unpacker.h"
#include "mana/jobs/embedding_format.h"
#include "mana/jobs/resume_journal.h"

namespace mana::jobs {

/// Rows that are kept of a job that broke off, and the file that they are in: with `resume` it goes on from there.
struct KeptRows {
  std::uint64_t rows = 0;
  std::filesystem::path file;
};

/// Texts one after the other, and what became of them.
struct EmbeddedTexts {
  std::span<const std::string> texts;
  std::span<const CarriedValues> carried;  ///< of each text, where something is carried along
  const engine::Embeddings& rows;

  std::span<const data::RowValue> carried_with(std::size_t row) const {
    return carried.empty() ? std::span<const data::RowValue>() : carried[row];
  }
};

/// Where the vectors of texts go, row after row.
class EmbeddingOutput {
 public:
  virtual ~EmbeddingOutput() = default;

  /// Whether rows reach somebody when they are written, not only at the end.
  virtual bool is_seen_at_once() const { return false; }
  /// What an interrupted run has done already.
  virtual JobState resumed() const { return {}; }
  /// Adds the rows of the texts that follow. Throws IoError.
  virtual void write(const EmbeddedTexts& embedded) = 0;
  /// The last row has been written.
  virtual void finish() = 0;
  /// What is kept if the job breaks off now.
  virtual std::optional<KeptRows> kept() const { return std::nullopt; }
};

struct EmbeddingOutputOptions {
  std::filesystem::path path;
  EmbeddingFormat format = EmbeddingFormat::jsonl;
  compress::Quantiser quantiser;  ///< as what the vectors are stored
  bool include_text = false;
  std::vector<std::string> carried = {};           ///< names of the columns that are carried along
  const data::Compression* compression = nullptr;  ///< by which rows are packed, if any is
  bool resume = false;
  std::string job;  ///< a JSON object with all that the vectors depend on
};

/// The digest of some texts and one more (resume_journal.h), with what is carried along.
std::uint64_t extend_digest(std::uint64_t digest, std::string_view text, std::span<const data::RowValue> carried);

/// What a file of that form begins with, once it has so many rows.
std::string head_of(const EmbeddingOutputOptions& options, std::size_t rows);
/// The rows as the bytes that stand in a file of that form, put out about a megabyte at a time, packed or not. Throws
/// ArgumentError for a number that the type does not hold.
void format_rows(const EmbeddingOutputOptions& options, const EmbeddedTexts& embedded,
                 const std::function<void(std::string_view)>& put);

/// The names that a file of vectors takes beside its own, while it is written or for good.
std::vector<std::filesystem::path> files_beside(const std::filesystem::path& path);

/// A file that grows as a partial file with a journal beside it, and gets its name when it is complete. Throws IoError
/// when it cannot be written, ArgumentError when a job cannot be resumed.
std::unique_ptr<EmbeddingOutput> open_file_output(const EmbeddingOutputOptions& options);

}  // namespace mana::jobs
