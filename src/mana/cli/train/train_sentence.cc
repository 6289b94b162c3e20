#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/train/fine_tune_options.h"
#include "mana/cli/train/fine_tune_output.h"
#include "mana/cli/train/finished_training.h"
#include "mana/jobs/fine_tune.h"

namespace mana::cli {
namespace {

/// What the run will not learn of its data, or not as fast as was asked.
void tell_what_is_lost(const train::Trainer& trainer, std::size_t left_out, const jobs::FineTuning& training) {
  std::size_t rows = 0;
  for (const train::TokenRows& each : training.sets) rows += each.rows();
  if (left_out > 0) note(fmt::format("{} of {} rows are in no batch of the first epoch", left_out, rows));
  const train::Schedule& schedule = trainer.schedule();
  if (schedule.warmup >= schedule.steps && schedule.warmup > 0) {
    note(fmt::format("the warm-up of {} steps is as long as the run of {}, whose learning rate never reaches {}",
                     schedule.warmup, schedule.steps, schedule.rate));
  }
}

/// Shows the steps of a run, and tells what comes between them.
class RunTelling {
 public:
  explicit RunTelling(const Options& options)
      : quiet_(options.quiet()), stages_(options.terminal()), terminal_(options.terminal()) {}

  jobs::FineTuneEvents events(const std::filesystem::path& model, const FineTuneOutput& output) {
    jobs::FineTuneEvents events;
    events.preparing = telling_events(quiet_, stages_.event());
    events.found_columns = [this](const std::string& sentence) {
      if (!quiet_ && !sentence.empty()) note(sentence);
    };
    events.prepared = [&, this](const jobs::FineTuning& training, const train::Trainer& trainer, std::size_t left_out) {
      stages_.wipe();
      steps_.emplace(terminal_, "training", "steps", trainer.total_steps());
      note_classifier_left(model, quiet_);
      if (quiet_) return;
      tell_what_is_lost(trainer, left_out, training);
      const std::filesystem::path checkpoint = train::checkpoint_path(output.output);
      if (output.resume.wanted() || !std::filesystem::exists(checkpoint)) return;
      note(fmt::format("{} is of a run that was interrupted; starting over, as --resume was not given",
                       checkpoint.string()));
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

void refuse_what_is_ignored(const Options& options, const jobs::FineTuneOptions& wanted, const FineTuneOutput& output) {
  if (std::ranges::find(train::loss_names(), wanted.loss) == train::loss_names().end()) return;  // told as such later
  const train::LossData data = train::loss_data(wanted.loss);
  options.refuse_unless(output.run.evaluation.wanted(), {"--patience", "--eval-every", "--keep-last"},
                        "--eval-sts and its like");
  options.refuse_unless(data.reconstructs, {"--deletion"}, "--loss tsdae");
  options.refuse_unless(data.label == train::Label::vector, {"--teacher"}, "--loss mse");
  const bool numbers =
      data.label == train::Label::score || data.label == train::Label::binary || data.label == train::Label::margins;
  options.refuse_unless(numbers, {"--score-range"}, "a loss of scores");
  options.refuse_unless(output.resume.wanted(), {"--extend"}, "--resume");
}

/// Refuses what would be lost before anything is computed.
void require_safe(FineTuneOutput& output, const FineTuneChoice& choice) {
  output.output = folder_name(output.output);
  std::vector<GivenPath> inputs = choice.files();
  output.add_to(inputs);
  require_apart({{"--output", output.output}, {"the checkpoint", train::checkpoint_path(output.output)}}, inputs);
  output.resume.require(train::checkpoint_path(output.output));
}

}  // namespace

int train_sentence(Options& options) {
  FineTuneChoice choice;
  FineTuneOutput output;
  choice.describe(options);
  output.describe(options);
  if (!options.parse()) return 0;
  refuse_what_is_ignored(options, choice.job, output);
  choice.settle();
  return run_interruptibly(
      [&](const Interruption& interruption) {
        require_safe(output, choice);
        const bool anew = output.run.force || output.run.extend;
        if (finds_finished_training(options, output.resume, output.output, anew)) return 0;
        jobs::FineTuneRunOptions run = output.run;
        run.training = choice.job;
        run.output = output.output;
        run.resume = output.resume.wanted();
        jobs::FineTuneResult result;
        {
          RunTelling telling(options);
          result = jobs::fine_tune(run, telling.events(choice.job.model, output), interruption.token());
        }
        if (result.run.interrupted) {
          note(fmt::format("mana: interrupted after step {} of {}; the same command with --resume goes on from there",
                           result.run.steps, result.total_steps));
          return interruption.exit_status();
        }
        if (!options.quiet() && result.run.before && result.run.after && *result.run.after < *result.run.before) {
          note(fmt::format(
              "{} was {:.2f} before the training and is {:.2f} in what is written: train with other settings, "
              "or keep the model as it was",
              result.run.curve.metric, *result.run.before, *result.run.after));
        }
        print_result(result, output);
        return 0;
      },
      "mana: interrupted before the first step; nothing was written");
}

}  // namespace mana::cli
