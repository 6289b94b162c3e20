#include "mana/jobs/train_classifier.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mana/cli/eval/class_scores_report.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/jobs/row_columns.h"

namespace mana::cli {
namespace {

struct ClassifierOptions {
  std::string output;
  bool json = false;
  bool tuned = false;
  train::ClassTuning tuning;
  EncoderChoice encoder;
  jobs::TrainClassifierOptions job;

  void describe(Options& options) {
    options.option("--data", "FILE",
                   "Texts and their classes to learn from: a table with a header (.tsv, .csv), or JSON", job.data);
    options.require("--data");
    options.option("--test", "FILE", "The same, to be scored on", job.test);
    options.option("--label", "COLUMN", "The column of the classes", job.columns.label);
    options.option("--text", "COLUMN", "The column of the texts", job.columns.text);
    options.option("--output", "DIR", "The folder to write: the model with the classifier in it", output);
    options.require("--output");
    options.flag("--force", "Replace the model that the folder holds", job.force);
    options.option("--c", "X", "The inverse of the penalty on large weights: more follows the data more closely", job.c,
                   {.above = 0});
    options.flag("--json", "Print a JSON object", json);
    describe_tuning(options);
    encoder.describe(options);
  }

  void describe_tuning(Options& options) {
    options.group("Fine-tuning, for few examples");
    options.flag("--fine-tune", "First train the model to put texts of one class together and others apart", tuned);
    options.option("--pairs", "N", "Pairs of each text with its own class, and as many with others", tuning.rounds);
    options.option("--epochs", "N", "Passes over the pairs", tuning.epochs);
    options.option("--batch", "N", "Pairs of a step", tuning.batch);
    options.option("--learning-rate", "X", "The highest learning rate", tuning.rate, {.least = 0, .above = 0});
    options.option("--seed", "N", "Decides the pairs, their order and the dropout", tuning.seed);
  }

  /// Once the options are read. Throws UsageError, jobs::OptionError.
  void settle() {
    job.encoder = encoder.options();
    if (tuned) job.fine_tune = tuning;
    if (!tuned && tuning != train::ClassTuning{}) {
      throw UsageError("--pairs, --epochs, --batch, --learning-rate and --seed belong to --fine-tune; add it");
    }
    jobs::check(job);
    job.model = encoder.model.folder();
    job.output = output;
  }
};

/// What is told while a classifier is trained; nothing when `quiet`.
jobs::TrainClassifierEvents telling_events(const jobs::TrainClassifierOptions& job, bool quiet,
                                           StageProgress& progress) {
  jobs::TrainClassifierEvents events;
  events.stage = progress.event();
  if (quiet) return events;
  events.read = [](const data::ReadingNotes& notes) { note_mistakes(notes, false); };
  events.counted = [&](const jobs::ClassFacts& facts) {
    if (facts.single > 0) {
      note(fmt::format("{} of {} classes {} a single text, {} for one: it will hardly be recognised, give more",
                       facts.single, facts.classes, facts.single == 1 ? "has" : "have", facts.one_of_them));
    }
    note_lines(
        jobs::table_of_columns(job.data, facts.texts, {{job.columns.text, "text"}, {job.columns.label, "class"}}));
  };
  events.loaded = [](const engine::Encoder& encoder) { print_notes(encoder, false); };
  events.cut = [&](std::size_t truncated, std::size_t texts, std::size_t max_tokens) {
    progress.wipe();
    note(fmt::format("{} of {} texts are longer than {} tokens: fine-tuning sees no more of them than that", truncated,
                     texts, max_tokens));
  };
  events.not_converged = [&](std::size_t iterations) {
    progress.wipe();
    note(fmt::format("the regression had not converged after {} iterations; a smaller --c may help", iterations));
  };
  return events;
}

void report(const jobs::TrainClassifierResult& result, const ClassifierOptions& chosen) {
  nlohmann::ordered_json object = {{"output", chosen.output}, {"texts", result.texts}, {"classes", result.classes}};
  if (result.pairs) object["pairs"] = *result.pairs;
  object["truncated"] = result.truncated;
  if (result.test) {
    constexpr double kPercent = 100;
    object["test"] = result.test->texts;
    object["unseen"] = result.test->unseen;
    object["accuracy"] = kPercent * result.test->scores.accuracy;
    object["macro_f1"] = kPercent * result.test->scores.macro_f1;
    add_class_scores(object, result.test->scores, result.test->names);
  }
  object["columns"] = {{"text", chosen.job.columns.text}, {"class", chosen.job.columns.label}};
  print_report(object, chosen.json, {.width = 10, .hidden = "output"});
  if (result.test && !chosen.json) print(class_table(result.test->scores, result.test->names));
}

}  // namespace

int train_classifier(Options& options) {
  ClassifierOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.settle();
  return run_interruptibly(
      [&](const Interruption& interruption) {
        find_columns(chosen.job.data, chosen.job.columns, true);
        folder_name(chosen.output);
        std::vector<GivenPath> inputs = {{"--data", chosen.job.data}};
        add_path(inputs, "--test", chosen.job.test);
        require_apart({{"--output", chosen.output}}, inputs);
        StageProgress progress(options.terminal());
        const jobs::TrainClassifierResult result = jobs::train_classifier(
            chosen.job, telling_events(chosen.job, options.quiet(), progress), interruption.token());
        progress.wipe();
        report(result, chosen);
        return 0;
      },
      "mana: interrupted; nothing was written");
}

}  // namespace mana::cli
