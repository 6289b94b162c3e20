#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/word_training_options.h"
#include "mana/jobs/train_words.h"

namespace mana::cli {
namespace {

void note_what_is_lost(const WordTrainingOptions& wanted) {
  if (!wanted.resume.wanted() && file_exists(wanted.job.checkpoint())) {
    note(fmt::format("{} is of a training that was interrupted; starting over, as --resume was not given",
                     wanted.job.checkpoint().string()));
  }
  if (wanted.job.training.subwords && !wanted.keeps_subwords()) {
    note(fmt::format("{} holds the vectors of whole words alone; a name in .bin keeps those of their parts, too",
                     wanted.output));
  }
}

void note_what_was_cut(const word2vec::Corpus& corpus) {
  constexpr std::uint64_t kFew = 100;  // words for each underscore, as in a text of people
  if (corpus.underscores() * kFew < corpus.words_read()) return;
  note(
      fmt::format("mana: the text has {} underscores, and words are cut at them; --split spaces takes tokens like "
                  "new_york as they are",
                  corpus.underscores()));
}

jobs::TrainWordsResult train_with_progress(const jobs::TrainWordsOptions& job, const Options& options,
                                           const std::stop_token& stop) {
  StageProgress reading(options.terminal());
  std::optional<Progress> training;
  jobs::TrainWordsEvents events;
  events.stage = reading.event();
  events.read = [&](const word2vec::Corpus& corpus) {
    reading.wipe();
    if (!options.quiet()) note_what_was_cut(corpus);
  };
  events.began = [&](std::uint64_t resumed, std::uint64_t total) {
    training.emplace(options.terminal(), "training", "words", total);
    training->skip(resumed);
  };
  events.trained = [&](std::uint64_t words, std::optional<double> loss) {
    if (loss) training->set_label(fmt::format("loss {:.3f}", *loss));  // short: narrow terminals have room for it
    training->set(words);
  };
  events.checkpoint_failed = [](const std::string& sentence) { note(fmt::format("mana: {}", sentence)); };
  return jobs::train_words(job, events, stop);
}

void report(const jobs::TrainWordsResult& result, const WordTrainingOptions& wanted) {
  const word2vec::WordTraining& training = wanted.job.training;
  const auto number_or_null = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  // What was not measured has no number.
  print_report({{"vocabulary", result.vocabulary},
                {"words_read", result.words_read},
                {"words_of_vocabulary", result.words_of_vocabulary},
                {"epochs", training.epochs},
                {"words_trained", result.words_trained},
                {"positive_pairs", result.positive_pairs},
                {training.objective == word2vec::Objective::negative_sampling ? "negative_pairs" : "decisions",
                 result.negative_pairs},
                {"loss", number_or_null(result.loss)},
                {"seconds", result.seconds},
                {"words_per_second", number_or_null(result.words_per_second)}},
               wanted.json, {.width = 21, .real = "{:.4g}", .nothing = "not measured", .names_as_words = true});
}

}  // namespace

int train_word2vec(Options& options) {
  WordTrainingOptions wanted;
  if (!wanted.parse(options)) return 0;
  wanted.require_writable();
  wanted.resume.require(wanted.job.checkpoint());
  if (!options.quiet()) note_what_is_lost(wanted);

  return run_interruptibly([&](const Interruption& interruption) {
    try {
      const jobs::TrainWordsResult result = train_with_progress(wanted.job, options, interruption.token());
      report(result, wanted);
      for (const data::ReadingNotes& notes : result.notes) note_mistakes(notes, options.quiet());
      return 0;
    } catch (const Cancelled&) {
      if (!options.quiet() && file_exists(wanted.job.checkpoint())) {
        note(fmt::format("mana: stopped; {} holds what was trained, and --resume goes on from there",
                         wanted.job.checkpoint().string()));
      }
      throw;
    }
  });
}

}  // namespace mana::cli
