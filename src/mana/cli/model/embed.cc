#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/progress.h"
#include "mana/cli/model/embedding_output.h"
#include "mana/cli/model/embedding_type_choice.h"
#include "mana/cli/model/model_digest.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/replaceable_file.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/shell/version.h"
#include "mana/engine/encoder.h"
#include "mana/models/sentence/adapter.h"

namespace mana::cli {
namespace {

struct EmbedOptions {
  TextInput input;
  EncoderChoice model;
  std::optional<std::string> output;
  std::optional<EmbeddingFormat> format;
  EmbeddingTypeChoice type;
  bool json = false;
  bool include_text = false;
  bool resume = false;
  bool resume_if_any = false;
  bool force = false;

  void describe(Options& options) {
    input.describe(options);
    options.group("Output");
    options.option("--output", "FILE", "Where the vectors go; without it, to standard output", output);
    options.choice<EmbeddingFormat>(
        "--format", "Form of the vectors; without it, as the output's name ends, else jsonl",
        {{"jsonl", EmbeddingFormat::jsonl}, {"npy", EmbeddingFormat::npy}, {"tsv", EmbeddingFormat::tsv}}, format);
    options.flag("--json", "The same as --format jsonl", json);
    options.flag("--include-text", "Put the text into each line of jsonl", include_text);
    options.flag("--force", "Replace a file that holds something else than such vectors", force);
    options.flag("--resume", "Go on with a job that was interrupted, from its partial file", resume);
    options.flag("--resume-if-any", "The same where there is one; else begin", resume_if_any);
    type.describe(options);
    model.describe(options);
  }

  bool resuming() const { return resume || resume_if_any; }
  bool has_journal() const { return is_file_output(output.value_or("")); }

  EmbeddingFormat chosen_format() const {
    if (json && format && *format != EmbeddingFormat::jsonl) {
      throw UsageError("--json and --format contradict each other: give one of them");
    }
    if (json) return EmbeddingFormat::jsonl;
    return format ? *format : format_of(output.value_or(""));
  }

  /// Throws ArgumentError when a file would be lost that is to be read, or that is nothing of ours.
  void require_safe_outputs(EmbeddingFormat chosen) const {
    std::vector<GivenPath> inputs;
    std::vector<GivenPath> outputs = {{output ? "--output" : "standard output", output.value_or("-")}};
    input.add_to(inputs);
    add_path(inputs, "--calibrate", type.calibrate);
    add_path(inputs, "--ranges", type.ranges);
    inputs.push_back({"--model", model.model.folder()});
    if (is_file_output(output.value_or(""))) {
      for (const std::filesystem::path& path : files_beside(*output)) outputs.push_back({"--output", path});
    }
    add_path(outputs, "--write-ranges", type.write_ranges);
    require_apart(outputs, inputs);
    if (type.write_ranges) require_own_kind(*type.write_ranges, "an array of NumPy", begins_as_npy, force);
    if (!is_file_output(output.value_or(""))) return;
    switch (chosen) {
      case EmbeddingFormat::jsonl:
        return require_own_kind(*output, "vectors in JSON lines", begins_as_embedding_lines, force);
      case EmbeddingFormat::npy: require_own_kind(*output, "an array of NumPy", begins_as_npy, force); break;
      case EmbeddingFormat::tsv:
        require_own_kind(*output, "vectors in a table", begins_as_embedding_table, force);
        break;
    }
    require_own_kind(token_counts_of(*output), "counts of tokens", begins_as_token_counts, force);
  }
};

/// An adapter is nothing without its base model, which may lie elsewhere.
std::string contents_of(const formats::SentenceFolder& folder) {
  const std::string own = digest_of_model(folder.folder);
  return folder.adapter ? fmt::format("{} {}", own, digest_of_model(models::encoder_folder(folder))) : own;
}

/// All that the bits of the output depend on, beside the texts themselves. Nothing where nobody will ask.
std::string job_of(const EmbedOptions& options, EmbeddingFormat format, const engine::Encoder& encoder,
                   const std::optional<compress::EmbeddingRanges>& ranges) {
  if (!options.has_journal()) return {};
  const VectorOptions& vectors = options.model.vectors;
  const auto text_or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
  const nlohmann::ordered_json job = {
      {"mana", kVersion},
      {"the contents of --model", contents_of(encoder.folder())},
      {"--isa", kernels::name_of(encoder.isa())},
      {"--precision", kernels::name_of(encoder.precision())},
      {"--format", name_of(format)},
      {"--include-text", options.include_text},
      {"--embedding-type", compress::name_of(options.type.type)},
      {"ranges", ranges ? nlohmann::json(digest_of(*ranges)) : nlohmann::json()},
      {"--prompt", text_or_null(vectors.prompt)},
      {"--prompt-text", text_or_null(vectors.prompt_text)},
      {"--pooling", text_or_null(vectors.pooling)},
      {"--normalize", vectors.normalize},
      {"--no-normalize", vectors.no_normalize},
      {"--truncate-dim", text_or_null(vectors.truncate_dim)},
      {"--max-tokens", text_or_null(vectors.max_tokens)},
      {"--on-overflow", name_of(vectors.overflow)},
  };
  return job.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Reads over the texts of the interrupted run; they must be the same as then.
void skip_texts(const data::TextSource& source, const JobState& state) {
  std::uint64_t digest = 0;
  std::string text;
  for (std::uint64_t row = 0; row < state.rows; ++row) {
    if (!source(text)) break;
    digest = extend_digest(digest, text);
  }
  if (digest != state.digest) {
    throw ArgumentError(fmt::format(
        "the first {} texts are not those of the interrupted run: give the same input, or start over without --resume",
        state.rows));
  }
}

struct Totals {
  std::uint64_t texts = 0;
  std::uint64_t tokens = 0;
  std::uint64_t truncated = 0;

  void add(const engine::Embeddings& rows) {
    texts += rows.size();
    for (const engine::TextInfo& info : rows.texts) {
      tokens += info.tokens;
      truncated += info.truncated ? 1 : 0;
    }
  }
};

void note_totals(const Totals& totals, const engine::Encoder& encoder, double seconds) {
  const std::string truncated = encoder.max_tokens()
                                    ? fmt::format("{} truncated at {} tokens", totals.truncated, *encoder.max_tokens())
                                    : "none truncated";
  note(fmt::format("{} texts, {} tokens, {} ({}, {}, {} threads, {:.2f} s)", totals.texts, totals.tokens, truncated,
                   kernels::name_of(encoder.precision()), kernels::name_of(encoder.isa()), encoder.threads(), seconds));
}

}  // namespace

int embed(Options& options) {
  EmbedOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  const EmbeddingFormat format = chosen.chosen_format();
  if (chosen.include_text && format != EmbeddingFormat::jsonl) {
    throw UsageError(fmt::format("--include-text needs --format jsonl: {} holds numbers only", name_of(format)));
  }
  chosen.type.check(chosen.input);
  if (chosen.resuming() && !chosen.has_journal()) {
    throw ArgumentError("--resume needs a file to go on with: give it with --output");
  }
  if (chosen.resume && !chosen.resume_if_any) ResumeJournal::require(*chosen.output);
  chosen.require_safe_outputs(format);
  chosen.model.options();  // a mistake there comes before the texts are opened

  const Interruption interruption;  // before the encoder starts its threads
  const auto begin = std::chrono::steady_clock::now();
  const data::Waiting waiting(interruption.token());
  const data::TextSource source = chosen.input.open(waiting);
  const engine::Encoder encoder = chosen.model.load(options.quiet());
  const std::filesystem::path partial = PartialFile::name_of(chosen.output.value_or(""));
  if (chosen.output && !chosen.resuming() && file_exists(partial) && !options.quiet()) {
    note(
        fmt::format("starting over: {} of an earlier run is replaced; --resume would go on from it", partial.string()));
  }
  std::optional<compress::EmbeddingRanges> ranges;
  try {
    ranges = chosen.type.find_ranges(chosen.input, encoder, options.quiet(), interruption.token());
  } catch (const Cancelled&) {
    note("mana: interrupted");
    return interruption.exit_status();
  }
  const auto output = open_output({chosen.output.value_or(""), format,
                                   compress::Quantiser(chosen.type.type, encoder.dimensions(), ranges),
                                   chosen.include_text, chosen.resuming(), job_of(chosen, format, encoder, ranges)});
  Totals totals;
  try {
    skip_texts(source, output->resumed());
    if (output->resumed().rows > 0 && !options.quiet()) {
      note(fmt::format("going on after {} texts", output->resumed().rows));
    }
    Progress progress(options.terminal(), "embedding", "texts");
    progress.skip(output->resumed().rows);
    const auto sink = [&](std::size_t, std::span<const std::string> texts, const engine::Embeddings& rows) {
      output->write(texts, rows);
      totals.add(rows);
      progress.advance(rows.size());
    };
    // Of what is seen only at the end, windows that are full cost less.
    encoder.stream(source, sink, output->is_seen_at_once() ? waiting : data::Waiting(interruption.token()));
    output->finish();
  } catch (const Cancelled&) {
    note(fmt::format("mana: interrupted{}{}", output->kept().empty() ? "" : "; ", output->kept()));
    return interruption.exit_status();
  } catch (const Error&) {
    if (!output->kept().empty()) note(output->kept());
    throw;
  }
  chosen.input.note_mistakes(options.quiet());
  if (!options.quiet()) {
    note_totals(totals, encoder, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return 0;
}

}  // namespace mana::cli
