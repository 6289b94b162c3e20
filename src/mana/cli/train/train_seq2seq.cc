#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/sequence_options.h"

namespace mana::cli {
namespace {

/// Shows the steps of a run, and tells what comes between them.
class SequenceTelling {
 public:
  SequenceTelling(const Options& options, const SequenceChoice& choice)
      : quiet_(options.quiet()), choice_(choice), stages_(options.terminal()), terminal_(options.terminal()) {}

  jobs::TrainSequenceEvents events() {
    jobs::TrainSequenceEvents events;
    events.preparing.stage = stages_.event();
    events.preparing.read = [this](const train::TokenPairs& pairs, std::size_t most) { tell_pairs(pairs, most); };
    events.prepared = [this](const jobs::SequenceTraining& training, const train::Trainer& trainer) {
      stages_.wipe();
      steps_.emplace(terminal_, "training", "steps", trainer.total_steps());
      if (!quiet_) tell_run(training, trainer);
    };
    events.run.began = [this](std::uint64_t steps, std::uint64_t) { steps_->skip(steps); };
    events.run.resized = [this](std::uint64_t before, std::uint64_t total) {
      if (quiet_) return;
      note(fmt::format("the run was to have {} steps and now has {}; those to come take the rates of {} steps", before,
                       total, total));
    };
    events.run.stepped = [this](const train::StepReport& report) {
      mean_ = mean_ == 0 ? report.loss : 0.95 * mean_ + 0.05 * report.loss;
      steps_->set_label(fmt::format("training, loss {:.4f}", mean_));
      steps_->advance();
    };
    events.evaluated = [this](std::uint64_t step, double entropy, bool best,
                              const std::vector<train::Measure>& measures) {
      steps_->wipe();
      if (quiet_) return;
      std::string text = fmt::format("step {}: validation cross-entropy {:.4f}", step, entropy);
      for (const train::Measure& measure : measures) text += fmt::format(", {} {:.2f}", measure.name, measure.value);
      note(text + (best ? ", the best so far" : ""));
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

  void tell_run(const jobs::SequenceTraining& training, const train::Trainer& trainer) const {
    note(fmt::format("{} weights, {} steps of which {} are an epoch", training.weights, trainer.total_steps(),
                     trainer.steps_of_an_epoch()));
    const train::Schedule& schedule = trainer.schedule();
    if (schedule.warmup >= schedule.steps && schedule.warmup > 0) {
      note(fmt::format("the warm-up of {} steps is as long as the run of {}, whose learning rate never reaches {}",
                       schedule.warmup, schedule.steps, schedule.rate));
    }
    const std::filesystem::path checkpoint = train::checkpoint_path(choice_.job.output);
    if (choice_.resume.wanted() || !file_exists(checkpoint)) return;
    note(fmt::format("{} is of a run that was interrupted; starting over, as --resume was not given",
                     checkpoint.string()));
  }

  bool quiet_;
  const SequenceChoice& choice_;
  StageProgress stages_;
  int terminal_;
  std::optional<Progress> steps_;
  double mean_ = 0;
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
