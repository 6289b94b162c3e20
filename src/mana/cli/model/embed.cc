#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "mana/base/counted.h"
#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/progress.h"
#include "mana/cli/model/direct_output.h"
#include "mana/cli/model/embed_options.h"
#include "mana/cli/shell/broken_texts.h"
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
  note(fmt::format("{}, {}, {} ({}, {}, {}, {:.2f} s)", counted(totals.texts, "text"), counted(totals.tokens, "token"),
                   truncated, kernels::name_of(encoder.precision()), kernels::name_of(encoder.isa()),
                   counted(encoder.threads(), "thread"), seconds));
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
  return fmt::format("{} {} kept in {}: the same command with --resume goes on from there", counted(kept->rows, "row"),
                     kept->rows == 1 ? "is" : "are", kept->file.string());
}

/// Embeds the texts, and says what is kept where that breaks off.
jobs::EmbedFileResult embed_into(jobs::EmbeddingOutput& output, const engine::Encoder& encoder,
                                 const data::TextSource& texts, const EmbedOptions& chosen, const Options& options,
                                 const data::Waiting& waiting) {
  try {
    Progress progress(options.terminal(), "embedding", "texts");
    jobs::EmbedFileEvents events;
    events.resumed = [&](std::uint64_t rows) {
      if (rows > 0 && !options.quiet()) note(fmt::format("going on after {}", counted(rows, "text")));
      if (rows == 0 && chosen.resume && !chosen.resume_if_any && !options.quiet())
        note("no row of the interrupted job is complete: starting anew");
      progress.skip(rows);
    };
    events.encoded = [&](std::size_t more) { advance(progress, more, chosen.input); };
    jobs::TextsToEmbed input(texts);
    if (chosen.input.keep) input.carried = [&] { return chosen.input.carried_values(); };
    return jobs::embed_texts(encoder, input, output, events, waiting);
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
    const jobs::EmbedFileResult totals = embed_into(*output, encoder, source, chosen, options, waiting);
    chosen.input.note_mistakes(options.quiet());
    if (!options.quiet()) {
      note_cut_into_letters(totals.cut_into_letters, totals.texts, totals.first_cut_into_letters);
      note_totals(totals, encoder, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return 0;
  });
}

}  // namespace mana::cli
