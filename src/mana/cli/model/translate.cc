#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "mana/base/counted.h"
#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/base/progress.h"
#include "mana/cli/model/direct_output.h"
#include "mana/cli/model/translate_options.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/data/unpacker.h"

namespace mana::cli {
namespace {

void note_totals(const jobs::TranslateFileResult& totals, const generate::Translator& translator,
                 const generate::Options& search, double seconds) {
  const std::string truncated = totals.truncated == 0
                                    ? "none truncated"
                                    : fmt::format("{} truncated at {} tokens, the first is text {}", totals.truncated,
                                                  translator.max_source_tokens(), totals.first_truncated);
  const std::string limited =
      totals.limited == 0 ? "" : fmt::format(", {} ended by the limit of {} tokens", totals.limited, search.max_length);
  note(fmt::format("{}, {}, {}; {} of translations{} ({}, {}, {}, {:.2f} s)", counted(totals.texts, "text"),
                   counted(totals.source_tokens, "token"), truncated, counted(totals.target_tokens, "token"), limited,
                   kernels::name_of(translator.precision()), kernels::name_of(translator.isa()),
                   counted(translator.threads(), "thread"), seconds));
}

/// What keys and values may take, before the first step.
void note_cache(const generate::Translator& translator, const generate::Options& search) {
  constexpr std::size_t kMany = 1'000'000;  // texts: as many at once as threads follow
  const generate::CacheSize size = translator.cache_size(search, kMany);
  note(fmt::format("keys and values: {} bytes at most, for {} hypotheses of {} tokens and {} texts of {} at once",
                   size.bytes, size.hypotheses, size.target_tokens, size.sources, size.source_tokens));
}

jobs::TranslateFileResult translate_into(const TranslateOptions& chosen, const jobs::TranslateFileOptions& job,
                                         generate::Translator& translator, const data::TextSource& texts,
                                         const Options& options, const data::Waiting& waiting) {
  const data::TextSource prefixes = chosen.guides.open_prefixes(waiting);
  Progress progress(options.terminal(), "translating", "texts");
  std::string kept;
  jobs::TranslateFileEvents events;
  events.resumed = [&](std::uint64_t rows) {
    if (rows > 0 && !options.quiet()) note(fmt::format("going on after {}", counted(rows, "text")));
    progress.skip(rows);
  };
  events.translated = [&](std::size_t rows) { advance(progress, rows, chosen.input); };
  events.kept = [&](const jobs::KeptRows& rows) {
    kept = fmt::format("{} {} kept in {}: the same command with --resume goes on from there", counted(rows.rows, "row"),
                       rows.rows == 1 ? "is" : "are", rows.file.string());
  };
  try {
    if (chosen.has_journal()) return jobs::translate_file(translator, texts, job, events, waiting, prefixes);
    const DirectFile file(job.output);
    const data::Compression* const compression = data::compression_named(job.output.string());
    const auto put = [&](std::string_view lines) {
      file.write(compression == nullptr ? lines : std::string_view(compression->pack(lines)));
    };
    return jobs::translate_texts(translator, texts, job, put, events, waiting, prefixes);
  } catch (const Cancelled&) {
    progress.wipe();
    if (kept.empty() && chosen.has_journal()) kept = "no text was written, so there is nothing to resume";
    note(fmt::format("mana: interrupted{}{}", kept.empty() ? "" : "; ", kept));
    throw;
  } catch (const Error&) {
    progress.wipe();
    if (!kept.empty()) note(kept);
    throw;
  }
}

}  // namespace

int translate(Options& options) {
  TranslateOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.check(options);
  return run_interruptibly([&](const Interruption& interruption) {
    const auto begin = std::chrono::steady_clock::now();
    const data::Waiting waiting(interruption.token());
    const data::TextSource source = chosen.input.open(waiting);
    generate::Translator translator(chosen.model.folder(), chosen.translator());
    if (!options.quiet() && !translator.packed_model_note().empty()) note(translator.packed_model_note());
    jobs::TranslateFileOptions job = chosen.job(translator.defaults());
    for (auto& row : chosen.guides.suppressed_rows(translator.target_tokenizer(), translator.config().end)) {
      job.search.suppressed.push_back(std::move(row));
    }
    generate::check(job.search, translator.config());
    if (chosen.explain && !options.quiet()) note_cache(translator, job.search);
    const std::filesystem::path partial = PartialFile::name_of(job.output);
    if (chosen.has_journal() && !chosen.resuming() && file_exists(partial) && !options.quiet()) {
      note(fmt::format("starting over: {} of an earlier run is replaced; --resume would go on from it",
                       partial.string()));
    }
    const jobs::TranslateFileResult totals = translate_into(chosen, job, translator, source, options, waiting);
    chosen.input.note_mistakes(options.quiet());
    if (!options.quiet() && chosen.guides.prefixes_are_left()) {
      note(fmt::format("{} has more prefixes than there are texts: those that are left were not used",
                       *chosen.guides.prefixes));
    }
    if (!options.quiet()) {
      note_totals(totals, translator, job.search,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return 0;
  });
}

}  // namespace mana::cli
