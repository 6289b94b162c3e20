#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/train/fine_tune_options.h"
#include "mana/cli/train/fine_tune_output.h"
#include "mana/cli/train/step_telling.h"
#include "mana/jobs/fine_tune.h"

namespace mana::cli {
namespace {

/// What the run will not learn of its data, or not as fast as was asked.
void tell_what_is_lost(const train::Trainer& trainer, std::size_t left_out, const jobs::FineTuning& training) {
  std::size_t rows = 0;
  for (const train::TokenRows& each : training.sets) rows += each.rows();
  if (left_out > 0) note(fmt::format("{} of {} rows are in no batch of the first epoch", left_out, rows));
  note_warm_up(trainer.schedule());
}

/// Shows the steps of a run, and tells what comes between them.
class RunTelling {
 public:
  explicit RunTelling(const Options& options)
      : quiet_(options.quiet()), stages_(options.terminal()), terminal_(options.terminal()) {}

  jobs::FineTuneEvents events(const jobs::FineTuneOptions& job, const FineTuneOutput& output) {
    jobs::FineTuneEvents events;
    events.preparing = telling_events(job, quiet_, stages_.event());
    events.found_columns = [this](const std::string& sentence) {
      if (!quiet_ && !sentence.empty()) note(sentence);
    };
    events.prepared = [&, this](const jobs::FineTuning& training, const train::Trainer& trainer, std::size_t left_out) {
      stages_.wipe();
      steps_.emplace(terminal_, "training", "steps", trainer.total_steps());
      note_classifier_left(job.model, quiet_);
      if (quiet_) return;
      tell_what_is_lost(trainer, left_out, training);
      note_checkpoint(output.keeping.run.output, output.keeping.resume.wanted());
    };
    events.run.began = [this](std::uint64_t steps, std::uint64_t) { steps_->skip(steps); };
    events.run.resized = [this](std::uint64_t before, std::uint64_t total) {
      if (!quiet_) note_length(before, total);
    };
    events.run.stepped = [this](const train::StepReport& report) {
      mean_ = mean_ == 0 ? report.loss : 0.95 * mean_ + 0.05 * report.loss;
      steps_->set_label(fmt::format("training, loss {:.4f}", mean_));
      steps_->advance();
    };
    events.evaluated = [this](std::uint64_t step, double score, bool best, const std::string& metric) {
      stages_.wipe();
      steps_->wipe();
      if (quiet_) return;
      if (std::isfinite(score)) {
        note(fmt::format("step {}: {} {:.2f}{}", step, metric, score, best ? ", the best so far" : ""));
      } else {
        note(fmt::format("step {}: {} is no number, which counts as worse than any", step, metric));
      }
    };
    return events;
  }

 private:
  bool quiet_;
  StageProgress stages_;
  int terminal_;
  std::optional<Progress> steps_;
  double mean_ = 0;
};

void refuse_what_is_ignored(const Options& options, const jobs::FineTuneOptions& wanted) {
  if (std::ranges::find(train::loss_names(), wanted.loss) == train::loss_names().end()) return;  // told as such later
  const train::LossData data = train::loss_data(wanted.loss);
  options.refuse_unless(data.reconstructs, {"--deletion"}, "--loss tsdae");
  options.refuse_if(data.label == train::Label::none || data.label == train::Label::vector, {"--label"},
                    fmt::format("is of losses that take labels; {} takes texts alone", wanted.loss));
  options.refuse_unless(data.label == train::Label::vector, {"--teacher"}, "--loss mse");
  const bool numbers =
      data.label == train::Label::score || data.label == train::Label::binary || data.label == train::Label::margins;
  options.refuse_unless(numbers, {"--score-range"}, "a loss of scores");
}

void report(const jobs::FineTuneResult& result, const FineTuneOutput& output, bool quiet) {
  const train::RunResult& run = result.finished.run;
  if (!quiet && run.before && run.after && *run.after < *run.before) {
    note(
        fmt::format("{} was {:.2f} before the training and is {:.2f} in what is written: train with other settings, "
                    "or keep the model as it was",
                    run.curve.metric, *run.before, *run.after));
  }
  print_result(result, output);
}

}  // namespace

int train_sentence(Options& options) {
  FineTuneChoice choice;
  FineTuneOutput output;
  choice.describe(options);
  output.describe(options);
  if (!options.parse()) return 0;
  refuse_what_is_ignored(options, choice.job);
  output.settle(options);
  choice.settle();
  std::vector<GivenPath> inputs = choice.files();
  output.add_to(inputs);
  output.keeping.require_safe(inputs);
  const jobs::FineTuneRunOptions job{
      .training = choice.job, .evaluation = output.evaluation, .kept = output.keeping.run};
  jobs::FineTuneResult result;
  const auto train = [&](const std::stop_token& stop) -> const jobs::FinishedRun& {
    RunTelling telling(options);
    result = jobs::fine_tune(job, telling.events(choice.job, output), stop);
    return result.finished;
  };
  return train_interruptibly(options, output.keeping, train, [&] { report(result, output, options.quiet()); });
}

}  // namespace mana::cli
