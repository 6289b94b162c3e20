#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/finished_training.h"
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
      steps_.prepared(trainer, training.weights, choice_.job.output, choice_.resume.wanted());
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

void report(const jobs::TrainSequenceResult& finished, const SequenceChoice& choice) {
  const train::RunResult& result = finished.run;
  nlohmann::ordered_json object = {{"output", choice.job.output.string()}, {"steps", result.steps},
                                   {"seconds", finished.seconds},          {"pairs", finished.pairs},
                                   {"left_out", finished.left_out},        {"weights", finished.weights}};
  if (!result.curve.metric.empty()) {
    const auto number = [](const std::optional<double>& value) {
      return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
    };
    object["metric"] = result.curve.metric;
    object["before"] = number(result.before);
    object["after"] = number(result.after);
    if (result.after) object["perplexity"] = std::exp(*result.after);
  }
  if (result.best_step) object["best_step"] = *result.best_step;
  object["stopped_early"] = result.stopped_early;
  print_report(object, choice.json, {.width = 14, .nothing = "no number"});
}

}  // namespace

int train_seq2seq(Options& options) {
  SequenceChoice choice;
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.settle(options);
  const bool anew = choice.job.force || choice.job.extend;
  if (finds_finished_training(options, choice.resume, choice.job.output, anew)) return 0;
  return run_interruptibly(
      [&](const Interruption& interruption) {
        jobs::TrainSequenceResult result;
        {
          SequenceTelling telling(options, choice);
          result = jobs::train_sequence(choice.job, telling.events(), interruption.token());
        }
        if (result.run.interrupted) {
          note(fmt::format("mana: interrupted after step {} of {}; the same command with --resume goes on from there",
                           result.run.steps, result.total_steps));
          return interruption.exit_status();
        }
        report(result, choice);
        return 0;
      },
      "mana: interrupted before the first step; nothing was written");
}

}  // namespace mana::cli
