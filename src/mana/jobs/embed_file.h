#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "mana/compress/embedding_ranges.h"
#include "mana/compress/embedding_type.h"
#include "mana/data/text_source.h"
#include "mana/data/waiting.h"
#include "mana/engine/encoder.h"
#include "mana/jobs/embedding_format.h"
#include "mana/jobs/embedding_output.h"

namespace mana::jobs {

/// How the vectors of texts become a file.
struct EmbedFileOptions {
  std::filesystem::path output = {};
  EmbeddingFormat format = EmbeddingFormat::jsonl;
  compress::EmbeddingType type = compress::EmbeddingType::f32;
  std::optional<compress::EmbeddingRanges> ranges = {};  ///< where the type needs them
  bool include_text = false;                             ///< each line of jsonl begins with its text
  bool resume = false;                  ///< go on with what an interrupted job left, if it left something
  engine::EncoderOptions encoder = {};  ///< what the encoder was made with: a job is gone on with under the same alone
};

struct EmbedFileEvents {
  std::function<void(std::uint64_t rows)> resumed = [](std::uint64_t) {};  ///< so many are there from before
  std::function<void(std::size_t rows)> embedded = [](std::size_t) {};     ///< so many more
};

/// Of this run, without what was there from before.
struct EmbedFileResult {
  std::uint64_t texts = 0;
  std::uint64_t tokens = 0;
  std::uint64_t truncated = 0;  ///< texts of which some did not reach the vector
};

/// Throws OptionError for options that do not go together.
void check(const EmbedFileOptions& options);

/// Embeds the texts into a file, which appears under its name when it is complete. A job that is interrupted
/// (Cancelled) or fails keeps what it has beside the name, and goes on from there when it is called with `resume`.
/// Throws what reading, embedding and writing throw; ArgumentError where what is to be gone on with is of other texts
/// or options.
EmbedFileResult embed_file(const engine::Encoder& encoder, const data::TextSource& texts,
                           const EmbedFileOptions& options, const EmbedFileEvents& events = {},
                           const data::Waiting& waiting = {});

/// The same into an output that is open: one that shows rows at once gets them as texts come in.
EmbedFileResult embed_texts(const engine::Encoder& encoder, const data::TextSource& texts, EmbeddingOutput& output,
                            const EmbedFileEvents& events = {}, const data::Waiting& waiting = {});

/// The options of such an output, but for the job.
EmbeddingOutputOptions output_options(const engine::Encoder& encoder, const EmbedFileOptions& options);
/// All that the bits of the output depend on beside the texts, as the journal keeps it. Reads the model's files.
std::string describe_job(const engine::Encoder& encoder, const EmbedFileOptions& options);

}  // namespace mana::jobs
