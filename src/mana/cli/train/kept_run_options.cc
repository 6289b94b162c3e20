#include "mana/cli/train/kept_run_options.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/train/finished_training.h"

namespace mana::cli {

void KeptRunChoice::describe(Options& options, const std::string& output) {
  options.option("--output", "DIR", output, output_);
  options.require("--output");
  options.flag("--force", "Replace the model that the folder holds", run.force);
  resume.describe(options);
  options.flag("--extend", "Go on with another --epochs or --max-steps than the checkpoint's, at the rates of these",
               run.extend);
  options.flag("--keep-checkpoint", "Keep the checkpoint of the end, for a longer run to go on from",
               run.keep_checkpoint);
  options.option("--save-every", "N", "Steps between checkpoints; 0: by the clock only", run.save_every);
  options.option("--save-minutes", "X", "Minutes between checkpoints", run.save_minutes, {.least = 0});
  options.flag("--json", "Print a JSON object", json);
}

void KeptRunChoice::settle(const Options& options) {
  options.refuse_unless(resume.wanted(), {"--extend"}, "--resume");
  run.output = folder_name(output_);
  run.resume = resume.wanted();
}

void KeptRunChoice::require_safe(const std::vector<GivenPath>& inputs, const std::vector<GivenPath>& beside) const {
  const std::filesystem::path checkpoint = train::checkpoint_path(run.output);
  std::vector<GivenPath> outputs = {{"--output", run.output}, {"the checkpoint", checkpoint}};
  outputs.insert(outputs.end(), beside.begin(), beside.end());
  require_apart(outputs, inputs);
  resume.require(checkpoint);
}

int train_interruptibly(const Options& options, const KeptRunChoice& choice,
                        const std::function<const jobs::FinishedRun&(const std::stop_token&)>& train,
                        const std::function<void()>& report, std::string_view if_nothing) {
  const bool anew = choice.run.force || choice.run.extend;
  if (finds_finished_training(options, choice.resume, choice.run.output, anew)) return 0;
  return run_interruptibly(
      [&](const Interruption& interruption) {
        const jobs::FinishedRun& finished = train(interruption.token());
        if (finished.run.interrupted) {
          note(fmt::format("mana: interrupted after step {} of {}; the same command with --resume goes on from there",
                           finished.run.steps, finished.total_steps));
          return interruption.exit_status();
        }
        report();
        return 0;
      },
      if_nothing);
}

void add_scores(const train::RunResult& run, nlohmann::ordered_json& object) {
  if (run.curve.metric.empty()) return;
  const auto number = [](const std::optional<double>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
  };
  object["metric"] = run.curve.metric;
  object["before"] = number(run.before);
  object["after"] = number(run.after);
}

void add_end(const train::RunResult& run, nlohmann::ordered_json& object) {
  if (run.best_step) object["best_step"] = *run.best_step;
  object["stopped_early"] = run.stopped_early;
}

}  // namespace mana::cli
