#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/progress.h"
#include "mana/cli/model/direct_output.h"
#include "mana/cli/model/embed_options.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/jobs/embed_file.h"

namespace mana::cli {
namespace {

void note_totals(const jobs::EmbedFileResult& totals, const engine::Encoder& encoder, double seconds) {
  const std::string truncated = encoder.max_tokens()
                                    ? fmt::format("{} truncated at {} tokens", totals.truncated, *encoder.max_tokens())
                                    : "none truncated";
  note(fmt::format("{} {}, {} tokens, {} ({}, {}, {} threads, {:.2f} s)", totals.texts,
                   totals.texts == 1 ? "text" : "texts", totals.tokens, truncated,
                   kernels::name_of(encoder.precision()), kernels::name_of(encoder.isa()), encoder.threads(), seconds));
}

std::unique_ptr<jobs::EmbeddingOutput> open_with_job(const EmbedOptions& chosen, const jobs::EmbedFileOptions& job,
                                                     const engine::Encoder& encoder) {
  jobs::EmbeddingOutputOptions output = jobs::output_options(encoder, job);
  if (chosen.has_journal()) output.job = jobs::describe_job(encoder, job);
  return open_output(output);
}

/// A sentence about what an interrupted job left; empty where that is nothing.
std::string sentence_about(const std::optional<jobs::KeptRows>& kept) {
  if (!kept) return {};
  return fmt::format("{} rows are kept in {}: the same command with --resume goes on from there", kept->rows,
                     kept->file.string());
}

/// Embeds the texts, and says what is kept where that breaks off.
jobs::EmbedFileResult embed_into(jobs::EmbeddingOutput& output, const engine::Encoder& encoder,
                                 const data::TextSource& texts, const Options& options, bool resume,
                                 const data::Waiting& waiting) {
  try {
    Progress progress(options.terminal(), "embedding", "texts");
    jobs::EmbedFileEvents events;
    events.resumed = [&](std::uint64_t rows) {
      if (rows > 0 && !options.quiet()) note(fmt::format("going on after {} texts", rows));
      if (rows == 0 && resume && !options.quiet()) note("no row of the interrupted job is complete: starting anew");
      progress.skip(rows);
    };
    events.embedded = [&](std::size_t rows) { progress.advance(rows); };
    return jobs::embed_texts(encoder, texts, output, events, waiting);
  } catch (const Cancelled&) {
    const std::string kept = sentence_about(output.kept());
    note(fmt::format("mana: interrupted{}{}", kept.empty() ? "" : "; ", kept));
    throw;
  } catch (const Error&) {
    if (output.kept()) note(sentence_about(output.kept()));
    throw;
  }
}

}  // namespace

int embed(Options& options) {
  EmbedOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.check();
  return run_interruptibly([&](const Interruption& interruption) {
    const auto begin = std::chrono::steady_clock::now();
    const data::Waiting waiting(interruption.token());
    const data::TextSource source = chosen.input.open(waiting);
    const engine::Encoder encoder = chosen.model.load(options.quiet());
    const std::filesystem::path partial = PartialFile::name_of(chosen.output.value_or(""));
    if (chosen.output && !chosen.resuming() && file_exists(partial) && !options.quiet()) {
      note(fmt::format("starting over: {} of an earlier run is replaced; --resume would go on from it",
                       partial.string()));
    }
    jobs::EmbedFileOptions job = chosen.job();
    try {
      job.ranges = chosen.type.find_ranges(chosen.input, encoder, options.quiet(), interruption.token());
    } catch (const Cancelled&) {
      note("mana: interrupted");
      throw;
    }
    const auto output = open_with_job(chosen, job, encoder);
    const jobs::EmbedFileResult totals =
        embed_into(*output, encoder, source, options, chosen.resume && !chosen.resume_if_any, waiting);
    chosen.input.note_mistakes(options.quiet());
    if (!options.quiet()) {
      note_totals(totals, encoder, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return 0;
  });
}

}  // namespace mana::cli
