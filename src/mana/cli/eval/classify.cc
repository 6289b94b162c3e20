#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mana/base/progress.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/labelled_texts.h"
#include "mana/engine/encoder.h"
#include "mana/eval/classification.h"

namespace mana::cli {

int eval_classify(Options& options) {
  std::string train_file;
  std::string test_file;
  data::LabelColumns columns;
  EncoderChoice choice;
  bool json = false;
  options.option("--train", "FILE",
                 "A table with a header (.tsv, .csv), or JSON: texts and their classes, to learn from", train_file);
  options.require("--train");
  options.option("--test", "FILE", "The same, to be scored on", test_file);
  options.require("--test");
  options.option("--label", "COLUMN", "The column of the classes", columns.label);
  options.option("--text", "COLUMN", "The column of the texts", columns.text);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  return run_interruptibly([&](const Interruption& interruption) {
    find_columns(train_file, columns, options.quiet());
    const data::LabelledTexts train = data::read_labelled_texts(train_file, columns);
    const data::LabelledTexts test = data::read_labelled_texts(test_file, columns);
    for (const data::LabelledTexts* texts : {&train, &test}) note_mistakes(texts->notes, options.quiet());
    const engine::Encoder encoder = choice.load(options.quiet());
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
    constexpr double kPercent = 100;
    const double accuracy = kPercent * result.scores.accuracy;
    const double macro_f1 = kPercent * result.scores.macro_f1;
    print_report(
        {{"task", "classify"},
         {"train", result.train},
         {"test", result.test},
         {"classes", result.classes},
         {"unseen", result.unseen},
         {"accuracy", accuracy},
         {"macro_f1", macro_f1},
         {"iterations", result.iterations},
         {"converged", result.converged},
         {"truncated", result.truncated}},
        json,
        fmt::format("train     {}\ntest      {}\nclasses   {}\nunseen    {}\naccuracy  {:.4f}\nmacro F1  "
                    "{:.4f}\ntruncated {}\n",
                    result.train, result.test, result.classes, result.unseen, accuracy, macro_f1, result.truncated));
    return 0;
  });
}

}  // namespace mana::cli
