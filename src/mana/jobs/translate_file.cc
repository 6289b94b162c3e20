#include "mana/jobs/translate_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <span>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/partial_file.h"
#include "mana/data/unpacker.h"
#include "mana/jobs/model_digest.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/resume_journal.h"
#include "mana/jobs/version.h"

namespace mana::jobs {
namespace {

/// All that the bytes of the output depend on beside the texts, as the journal keeps it.
std::string describe_job(const generate::Translator& translator, const TranslateFileOptions& options, bool prefixes) {
  const generate::Options& search = options.search;
  nlohmann::ordered_json job = {
      {"mana", version()},
      {"the contents of --model", digest_of_model(translator.folder())},
      {"--isa", kernels::name_of(translator.isa())},
      {"--precision", kernels::name_of(translator.precision())},
      {"--format", name_of(options.rows.format)},
      {"--include-text", options.rows.include_text},
      {"--explain", options.rows.explain},
      {"--beam", search.beam},
      {"--n-best", search.hypotheses},
      {"--alpha", search.length_penalty},
      {"--coverage", search.coverage_penalty},
      {"--alignment-layer", search.alignment_layer},
      {"--alignment-head", search.alignment_head},
      {"--patience", search.patience},
      {"--min-length", search.min_length},
      {"--max-length", search.max_length},
      {"--forced-end", search.forced_end},
      {"--no-repeat-ngram", search.no_repeat_ngram},
      {"suppressed tokens", search.suppressed},
      {"prefixes", prefixes},
      {"--sample", search.sampling.has_value()},
  };
  if (search.sampling) {
    job["--top-k"] = search.sampling->top_k;
    job["--top-p"] = search.sampling->top_p;
    job["--temperature"] = search.sampling->temperature;
    job["--seed"] = search.sampling->seed;
  }
  return job.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Reads over the texts of the interrupted run and their prefixes; they must be the same as then.
void skip_texts(const data::TextSource& source, const data::TextSource& prefixes, const JobState& state) {
  std::uint64_t digest = 0;
  std::string text;
  for (std::uint64_t row = 0; row < state.rows && source(text); ++row) {
    digest = extend_digest(digest, text);
    if (prefixes && prefixes(text)) digest = extend_digest(digest, text);
  }
  if (digest == state.digest) return;
  throw ArgumentError(fmt::format(
      "the first {} texts are not those of the interrupted run: give the same input, or start over without `resume`",
      state.rows));
}

/// The lines of some texts; counts them.
std::string lines_of(const generate::Translator& translator, const TranslateFileOptions& options, std::size_t first,
                     std::span<const std::string> texts, std::span<const generate::Translation> found,
                     TranslateFileResult& result) {
  std::string lines;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    append_rows(lines, options.rows, translator, first + i, texts[i], found[i]);
    const generate::Hypothesis& best = found[i].best.front().found;
    ++result.texts;
    result.source_tokens += found[i].source.size();
    result.target_tokens += best.tokens.size();
    if (found[i].truncated && result.truncated++ == 0) result.first_truncated = first + i + 1;
    result.limited += best.ending == generate::Ending::limit ? 1 : 0;
  }
  return lines;
}

/// The file and its journal, which a job that breaks off leaves where there is something to go on from.
class TranslationFile {
 public:
  TranslationFile(const std::filesystem::path& path, const std::string& job,
                  const std::optional<Resumption>& resumption)
      : path_(path),
        state_(resumption ? resumption->state : JobState{}),
        compression_(data::compression_named(path.string())),
        file_(path, state_.bytes),
        journal_(path, job, resumption) {}
  ~TranslationFile() {
    if (finished_ || state_.rows > 0) return;
    // The failure that ended the job is the one to tell, not that of tidying up.
    std::error_code ignored;
    for (const std::filesystem::path& partial : partial_files_of(path_)) std::filesystem::remove(partial, ignored);
  }
  TranslationFile(const TranslationFile&) = delete;
  TranslationFile& operator=(const TranslationFile&) = delete;

  const JobState& state() const { return state_; }
  KeptRows kept() const { return {state_.rows, PartialFile::name_of(path_)}; }

  void write(std::span<const std::string> texts, std::span<const generate::Translation> found, bool prefixes,
             std::string_view lines) {
    file_.write(compression_ == nullptr ? lines : std::string_view(compression_->pack(lines)));
    file_.sync();
    JobState next = state_;
    next.rows += texts.size();
    next.bytes = file_.size();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      next.digest = extend_digest(next.digest, texts[i]);
      if (prefixes) next.digest = extend_digest(next.digest, found[i].prefix);
    }
    journal_.append(next);
    state_ = next;
  }
  void finish() {
    // Without a row a packed file is none that can be unpacked.
    if (compression_ != nullptr && file_.size() == 0) file_.write(compression_->pack(""));
    journal_.complete(state_, {&path_, 1});
    file_.commit();
    finished_ = true;
    journal_.discard();
  }

 private:
  std::filesystem::path path_;
  JobState state_;
  const data::Compression* compression_;
  PartialFile file_;  // before the journal: it holds the lock against another process
  ResumeJournal journal_;
  bool finished_ = false;
};

}  // namespace

void check(const TranslateFileOptions& options) {
  check(options.rows);
  if (options.search.hypotheses > 1 && options.rows.format == TranslationFormat::text && !options.rows.explain) {
    throw OptionError(fmt::format("`n_best` is {}, but text holds one translation a line: choose `format` jsonl or tsv",
                                  options.search.hypotheses));
  }
}

std::vector<std::filesystem::path> partial_files_of(const std::filesystem::path& output) {
  return {PartialFile::name_of(output), PartialFile::name_of(ResumeJournal::file_of(output))};
}

TranslateFileResult translate_texts(generate::Translator& translator, const data::TextSource& texts,
                                    const TranslateFileOptions& options,
                                    const std::function<void(std::string_view)>& put, const TranslateFileEvents& events,
                                    const data::Waiting& waiting, const data::TextSource& prefixes) {
  check(options);
  TranslateFileResult result;
  const auto sink = [&](std::size_t first, std::span<const std::string> some,
                        std::span<const generate::Translation> found) {
    put(lines_of(translator, options, first, some, found, result));
    events.translated(some.size());
  };
  translator.stream(texts, options.search, sink, waiting, 0, prefixes);
  return result;
}

TranslateFileResult translate_file(generate::Translator& translator, const data::TextSource& texts,
                                   const TranslateFileOptions& options, const TranslateFileEvents& events,
                                   const data::Waiting& waiting, const data::TextSource& prefixes) {
  check(options);
  const std::filesystem::path parent = options.output.parent_path();
  if (!parent.empty() && !file_exists(parent)) {
    throw IoError(fmt::format("cannot write {}: there is no folder {}", options.output.string(), parent.string()));
  }
  const std::string job = describe_job(translator, options, prefixes != nullptr);
  if (options.resume) {
    if (const auto done = ResumeJournal::find_complete(options.output, job, {&options.output, 1})) {
      skip_texts(texts, prefixes, *done);
      events.resumed(done->rows);
      return {};
    }
  }
  ResumeJournal::require_own(options.output, {&options.output, 1});
  TranslationFile file(options.output, job, options.resume ? ResumeJournal::find(options.output, job) : std::nullopt);
  skip_texts(texts, prefixes, file.state());
  events.resumed(file.state().rows);
  TranslateFileResult result;
  const auto sink = [&](std::size_t first, std::span<const std::string> some,
                        std::span<const generate::Translation> found) {
    file.write(some, found, prefixes != nullptr, lines_of(translator, options, first, some, found, result));
    events.translated(some.size());
  };
  try {
    // Of what is seen only at the end, windows that are full cost less.
    translator.stream(texts, options.search, sink, data::Waiting(waiting.stop()), file.state().rows, prefixes);
  } catch (const Error&) {
    if (file.state().rows > 0) events.kept(file.kept());
    throw;
  }
  file.finish();
  return result;
}

}  // namespace mana::jobs
