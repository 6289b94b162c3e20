#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/trained_words.h"
#include "mana/cli/train/word_training_options.h"
#include "mana/train/word2vec/checkpoint.h"
#include "mana/train/word2vec/word_trainer.h"

namespace mana::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The sizes of the files together, where all have one.
std::optional<std::uint64_t> total_bytes(const std::vector<std::filesystem::path>& files) {
  std::uint64_t sum = 0;
  for (const std::filesystem::path& file : files) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return {};
    sum += std::filesystem::file_size(file, error);
  }
  return sum;
}

/// One training with its progress, its checkpoints and its report.
class WordTrainingRun {
 public:
  WordTrainingRun(const WordTrainingOptions& options, int terminal, std::stop_token stop)
      : options_(options),
        terminal_(terminal),
        stop_(std::move(stop)),
        corpus_(read()),
        trainer_(corpus_, options.training) {
    job_ = train::describe_job(corpus_, options.training);
    if (options.resume.wanted() && file_exists(options.checkpoint()))
      train::resume_from_checkpoint(options.checkpoint(), trainer_, job_);
  }

  void note_what_was_cut() const {
    constexpr std::uint64_t kFew = 100;  // words for each underscore, as in a text of people
    if (corpus_.underscores() * kFew < corpus_.words_read()) return;
    note(
        fmt::format("mana: the text has {} underscores, and words are cut at them; --split spaces takes tokens like "
                    "new_york as they are",
                    corpus_.underscores()));
  }

  /// Throws Cancelled once the checkpoint is written.
  void train() {
    resumed_words_ = trainer_.state().tally.words;
    Progress progress(terminal_, "training", "words", trainer_.total_words());
    progress.skip(resumed_words_);
    begin_ = Clock::now();
    Clock::time_point kept = begin_;
    double loss = 0;
    std::uint64_t pairs = 0;
    while (!trainer_.done()) {
      trainer_.advance();
      const train::TrainingTally& tally = trainer_.state().tally;
      if (tally.loss_pairs > pairs) {
        // Short, so that narrow terminals have room for it.
        progress.set_label(
            fmt::format("loss {:.3f}", (tally.loss - loss) / static_cast<double>(tally.loss_pairs - pairs)));
        loss = tally.loss;
        pairs = tally.loss_pairs;
      }
      progress.set(tally.words);
      const bool stop = stop_.stop_requested();
      if (!stop && seconds_since(kept) < static_cast<double>(options_.checkpoint_seconds)) continue;
      trainer_.require_convergence();
      train::write_checkpoint(options_.checkpoint(), trainer_, job_);
      kept = Clock::now();
      if (stop) throw Cancelled("the training was cancelled");
    }
    trainer_.require_convergence();
    if (trainer_.state().tally.positive_pairs == 0) {
      throw ArgumentError(fmt::format(
          "nothing was learnt, since --sample {} left no two words of any line; raise it, or give 0 to leave none out",
          options_.training.sample));
    }
    seconds_ = seconds_since(begin_);
  }

  /// Where the output cannot be written, what was trained is kept if it can be, so that --resume need only write.
  void write() const {
    try {
      write_trained_words(options_, corpus_, trainer_);
    } catch (const IoError&) {
      try {
        train::write_checkpoint(options_.checkpoint(), trainer_, job_);
      } catch (const IoError& error) {  // the checkpoint before it stays
        note(fmt::format("mana: {}", error.what()));
      }
      throw;
    }
    std::error_code ignored;
    std::filesystem::remove(options_.checkpoint(), ignored);
  }

  void note_mistakes(bool quiet) const {
    for (const data::ReadingNotes& notes : corpus_.notes()) cli::note_mistakes(notes, quiet);
  }

  void report() const {
    const train::TrainingTally& tally = trainer_.state().tally;
    const std::uint64_t words = tally.words - resumed_words_;
    const std::optional<double> loss = tally.mean_loss();
    // What was not measured has no number.
    nlohmann::ordered_json object = {
        {"vocabulary", corpus_.vocabulary().size()},
        {"words_read", corpus_.words_read()},
        {"words_of_vocabulary", corpus_.words()},
        {"epochs", options_.training.epochs},
        {"words_trained", tally.trained_words},
        {"positive_pairs", tally.positive_pairs},
        {options_.training.objective == train::Objective::negative_sampling ? "negative_pairs" : "decisions",
         tally.negative_pairs},
        {"loss", nullptr},
        {"seconds", seconds_},
        {"words_per_second", nullptr}};
    if (loss) object["loss"] = *loss;
    if (words > 0 && seconds_ > 0) object["words_per_second"] = static_cast<double>(words) / seconds_;
    print_report(object, options_.json,
                 {.width = 21, .real = "{:.4g}", .nothing = "not measured", .names_as_words = true});
  }

 private:
  train::Corpus read() {
    const std::vector<std::filesystem::path> files = options_.input_files();
    Progress progress(terminal_, "reading", "bytes", total_bytes(files));
    return {files, options_.corpus, [&](std::uint64_t bytes) { progress.set(bytes); }, stop_};
  }

  const WordTrainingOptions& options_;
  int terminal_;
  std::stop_token stop_;
  train::Corpus corpus_;
  train::WordTrainer trainer_;
  std::string job_;
  Clock::time_point begin_;
  double seconds_ = 0;
  std::uint64_t resumed_words_ = 0;
};

void note_what_is_lost(const WordTrainingOptions& wanted) {
  if (!wanted.resume.wanted() && file_exists(wanted.checkpoint())) {
    note(fmt::format("{} is of a training that was interrupted; starting over, as --resume was not given",
                     wanted.checkpoint().string()));
  }
  if (wanted.training.subwords && !keeps_subwords(wanted.output)) {
    note(fmt::format("{} holds the vectors of whole words alone; a name in .bin keeps those of their parts, too",
                     wanted.output));
  }
}

}  // namespace

int train_word2vec(Options& options) {
  WordTrainingOptions wanted;
  if (!wanted.parse(options)) return 0;
  require_writable(wanted);
  wanted.resume.require(wanted.checkpoint());
  if (!options.quiet()) note_what_is_lost(wanted);

  const std::string kept = fmt::format("mana: stopped; {} holds what was trained, and --resume goes on from there",
                                       wanted.checkpoint().string());
  return run_interruptibly([&](const Interruption& interruption) {
    try {
      WordTrainingRun run(wanted, options.terminal(), interruption.token());
      if (!options.quiet()) run.note_what_was_cut();
      run.train();
      run.write();
      run.report();
      run.note_mistakes(options.quiet());
    } catch (const Cancelled&) {
      if (!options.quiet() && file_exists(wanted.checkpoint())) note(kept);
      throw;
    }
    return 0;
  });
}

}  // namespace mana::cli
