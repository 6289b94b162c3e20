#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/sequence_options.h"
#include "mana/cli/train/step_telling.h"

namespace mana::cli {
namespace {

/// Shows the steps of a run, and tells what comes between them.
class SequenceTelling {
 public:
  SequenceTelling(const Options& options, const SequenceChoice& choice)
      : quiet_(options.quiet()),
        choice_(choice),
        stages_(options.terminal()),
        steps_(options.terminal(), options.quiet()) {}

  jobs::TrainSequenceEvents events() {
    jobs::TrainSequenceEvents events;
    events.preparing.stage = stages_.event();
    events.preparing.read = [this](const train::TokenPairs& pairs, std::size_t most) { tell_pairs(pairs, most); };
    events.prepared = [this](const jobs::SequenceTraining& training, const train::Trainer& trainer) {
      stages_.wipe();
      steps_.prepared(trainer, training.weights, choice_.job.kept.output, choice_.keeping.resume.wanted());
    };
    events.run = steps_.events();
    events.evaluated = [this](std::uint64_t step, double entropy, bool best,
                              const std::vector<train::Measure>& measures) {
      steps_.evaluated(step, "validation cross-entropy", entropy, best, measures);
    };
    return events;
  }

 private:
  void tell_pairs(const train::TokenPairs& pairs, std::size_t most) {
    stages_.wipe();
    for (const data::ReadingNotes& notes : pairs.notes) note_mistakes(notes, quiet_);
    if (quiet_) return;
    note(fmt::format("{}: {} pairs, {} and {} tokens", pairs.name, pairs.size(), pairs.source.ids.size(),
                     pairs.target.ids.size()));
    if (pairs.too_long == 0) return;
    note(fmt::format("{}: {} of {} pairs have a side of more than {} tokens and are left out, the first on line {}",
                     pairs.name, pairs.too_long, pairs.too_long + pairs.size(), most, pairs.first_too_long));
  }

  bool quiet_;
  const SequenceChoice& choice_;
  StageProgress stages_;
  StepTelling steps_;
};

void report(const jobs::TrainSequenceResult& result, const SequenceChoice& choice) {
  const train::RunResult& run = result.finished.run;
  nlohmann::ordered_json object = {{"output", choice.job.kept.output.string()},
                                   {"steps", run.steps},
                                   {"seconds", result.finished.seconds},
                                   {"pairs", result.pairs},
                                   {"left_out", result.left_out},
                                   {"weights", result.weights}};
  add_scores(run, object);
  if (run.after) object["perplexity"] = std::exp(*run.after);
  add_end(run, object);
  print_report(object, choice.keeping.json, {.width = 14, .nothing = "no number"});
}

}  // namespace

int train_seq2seq(Options& options) {
  SequenceChoice choice;
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.settle(options);
  jobs::TrainSequenceResult result;
  const auto train = [&](const std::stop_token& stop) -> const jobs::FinishedRun& {
    SequenceTelling telling(options, choice);
    result = jobs::train_sequence(choice.job, telling.events(), stop);
    return result.finished;
  };
  return train_interruptibly(options, choice.keeping, train, [&] { report(result, choice); });
}

}  // namespace mana::cli
