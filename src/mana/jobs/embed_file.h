#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

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
  bool include_text = false;                             ///< each line of jsonl has its text before the vector
  std::vector<std::string> carried = {};                 ///< names of what is carried along with the texts
  bool resume = false;                  ///< go on with what an interrupted job left, if it left something
  engine::EncoderOptions encoder = {};  ///< what the encoder was made with: a job is gone on with under the same alone
};

struct EmbedFileEvents {
  std::function<void(std::uint64_t rows)> resumed = [](std::uint64_t) {};  ///< so many are there from before
  std::function<void(std::size_t rows)> embedded = [](std::size_t) {};     ///< so many more are written
  std::function<void(std::size_t texts)> encoded = {};  ///< so many more have their vectors; from any thread
};

/// Of this run, without what was there from before.
struct EmbedFileResult {
  std::uint64_t texts = 0;
  std::uint64_t tokens = 0;
  std::uint64_t truncated = 0;               ///< texts of which some did not reach the vector
  std::uint64_t cut_into_letters = 0;        ///< texts of whose language the vocabulary knows little but letters
  std::uint64_t first_cut_into_letters = 0;  ///< the number of the first of them, from 1 on
};

/// Throws OptionError for options that do not go together.
void check(const EmbedFileOptions& options);

/// Texts, and what is carried along with the one that came last (data::TextFile::carried).
struct TextsToEmbed {
  data::TextSource texts;
  std::function<std::span<const data::RowValue>()> carried = {};  ///< none where nothing is

  /// Whatever gives texts is enough.
  template <std::convertible_to<data::TextSource> Source>
  TextsToEmbed(Source source,  // NOLINT(google-explicit-constructor)
               std::function<std::span<const data::RowValue>()> beside = {})
      : texts(std::move(source)), carried(std::move(beside)) {}
};

/// Embeds the texts into a file, which appears under its name when it is complete. A job that is interrupted
/// (Cancelled) or fails keeps what it has beside the name, and goes on from there when it is called with `resume`.
/// Throws what reading, embedding and writing throw; ArgumentError where what is to be gone on with is of other texts
/// or options. A name that ends in .gz or .zst is that of a packed file, each part of which stands by itself.
EmbedFileResult embed_file(const engine::Encoder& encoder, const TextsToEmbed& texts, const EmbedFileOptions& options,
                           const EmbedFileEvents& events = {}, const data::Waiting& waiting = {});

/// The same into an output that is open: one that shows rows at once gets them as texts come in.
EmbedFileResult embed_texts(const engine::Encoder& encoder, const TextsToEmbed& texts, EmbeddingOutput& output,
                            const EmbedFileEvents& events = {}, const data::Waiting& waiting = {});

/// The options of such an output, but for the job.
EmbeddingOutputOptions output_options(const engine::Encoder& encoder, const EmbedFileOptions& options);
/// All that the bits of the output depend on beside the texts, as the journal keeps it. Reads the model's files.
std::string describe_job(const engine::Encoder& encoder, const EmbedFileOptions& options);

}  // namespace mana::jobs
