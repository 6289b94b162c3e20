#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mana/base/progress.h"
#include "mana/classify/classifier.h"
#include "mana/cli/eval/class_scores_report.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/labelled_texts.h"
#include "mana/engine/encoder.h"
#include "mana/eval/classification.h"
#include "mana/jobs/classifier_scores.h"

namespace mana::cli {
namespace {

constexpr double kPercent = 100;

struct EvalClassifyOptions {
  std::optional<std::string> train, test, data;
  data::LabelColumns columns;
  EncoderChoice choice;
  bool json = false;

  void describe(Options& options) {
    options.option("--data", "FILE", "Texts and their classes, to score a finished classifier on (--model)", data);
    options.option("--train", "FILE",
                   "A table with a header (.tsv, .csv), or JSON: texts and their classes, to learn from", train);
    options.option("--test", "FILE", "The same, to be scored on", test);
    options.option("--label", "COLUMN", "The column of the classes", columns.label);
    options.option("--text", "COLUMN", "The column of the texts", columns.text);
    options.flag("--json", "Print a JSON object", json);
    choice.describe(options);
  }

  void settle(const Options& options) const {
    options.refuse_if(data.has_value(),
                      {"--train", "--test", "--prompt", "--prompt-text", "--pooling", "--normalize", "--no-normalize",
                       "--truncate-dim", "--max-tokens", "--on-overflow"},
                      "does not go with --data: a finished classifier has learnt, and knows how its vectors are made");
    if (data) return;
    if (!train && !test) {
      throw UsageError(
          "mana eval classify needs --data and the --model of a finished classifier, or --train and --test");
    }
    if (!train) throw UsageError("--train is required: what the classes are learnt from");
    if (!test) throw UsageError("--test is required: what is scored");
  }
};

data::LabelledTexts read(const std::string& file, const data::LabelColumns& columns, bool quiet) {
  data::LabelledTexts texts = data::read_labelled_texts(file, columns);
  note_mistakes(texts.notes, quiet);
  return texts;
}

void score_finished(EvalClassifyOptions& chosen, const Options& options, const Interruption& interruption) {
  find_columns(*chosen.data, chosen.columns, options.quiet());
  const data::LabelledTexts texts = read(*chosen.data, chosen.columns, options.quiet());
  engine::EncoderOptions compute;
  chosen.choice.compute.apply(compute);
  const classify::Classifier classifier(chosen.choice.model.folder(), compute);
  print_notes(classifier.encoder(), options.quiet());
  StageProgress progress(options.terminal());
  const jobs::ClassifierScores found =
      jobs::score_classifier(classifier.encoder(), classifier.head(), texts, progress.event(), interruption.token());
  progress.wipe();

  const double accuracy = kPercent * found.scores.accuracy, macro_f1 = kPercent * found.scores.macro_f1;
  nlohmann::ordered_json report = {{"task", "classify"},          {"texts", found.texts}, {"classes", found.learnt},
                                   {"unseen", found.unseen},      {"accuracy", accuracy}, {"macro_f1", macro_f1},
                                   {"truncated", found.truncated}};
  add_class_scores(report, found.scores, found.names);
  print_report(
      report, chosen.json,
      fmt::format("texts     {}\nclasses   {}\nunseen    {}\naccuracy  {:.4f}\nmacro F1  {:.4f}\ntruncated {}\n",
                  found.texts, found.learnt, found.unseen, accuracy, macro_f1, found.truncated) +
          class_table(found.scores, found.names));
}

void learn_and_score(EvalClassifyOptions& chosen, const Options& options, const Interruption& interruption) {
  find_columns(*chosen.train, chosen.columns, options.quiet());
  const data::LabelledTexts train = read(*chosen.train, chosen.columns, options.quiet());
  const data::LabelledTexts test = read(*chosen.test, chosen.columns, options.quiet());
  const engine::Encoder encoder = chosen.choice.load(options.quiet());
  const int terminal = options.terminal();
  std::optional<Progress> progress;
  progress.emplace(terminal, "embedding", "texts", train.size() + test.size());
  bool fitting = false;
  const auto embedded = [&](std::size_t texts) { progress->set(texts); };
  const auto fitted = [&](std::size_t iteration) {
    if (!fitting) progress.emplace(terminal, "fitting", "iterations");
    fitting = true;
    progress->set(iteration);
  };
  const eval::ClassificationResult result =
      eval::evaluate_classification(encoder, train, test, {embedded, fitted}, interruption.token());
  progress->wipe();

  if (!result.converged && !options.quiet()) {
    note(fmt::format("the regression had not converged after {} iterations; take the numbers with care",
                     result.iterations));
  }
  const double accuracy = kPercent * result.scores.accuracy, macro_f1 = kPercent * result.scores.macro_f1;
  nlohmann::ordered_json report = {
      {"task", "classify"},           {"train", result.train},           {"test", result.test},
      {"classes", result.classes},    {"unseen", result.unseen},         {"accuracy", accuracy},
      {"macro_f1", macro_f1},         {"iterations", result.iterations}, {"converged", result.converged},
      {"truncated", result.truncated}};
  add_class_scores(report, result.scores, result.names);
  print_report(
      report, chosen.json,
      fmt::format("train     {}\ntest      {}\nclasses   {}\nunseen    {}\naccuracy  {:.4f}\nmacro F1  "
                  "{:.4f}\ntruncated {}\n",
                  result.train, result.test, result.classes, result.unseen, accuracy, macro_f1, result.truncated) +
          class_table(result.scores, result.names));
}

}  // namespace

int eval_classify(Options& options) {
  EvalClassifyOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.settle(options);
  return run_interruptibly([&](const Interruption& interruption) {
    chosen.data ? score_finished(chosen, options, interruption) : learn_and_score(chosen, options, interruption);
    return 0;
  });
}

}  // namespace mana::cli
