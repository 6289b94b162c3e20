#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>

#include <cmath>
#include <nlohmann/json.hpp>

#include "mana/base/atomic_folder.h"
#include "mana/base/progress.h"
#include "mana/base/xxh64.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_output.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/resume_choice.h"
#include "mana/cli/shell/row_columns.h"
#include "mana/cli/train/sentence_training.h"
#include "mana/cli/train/training_evaluation.h"
#include "mana/train/model_card.h"
#include "mana/train/training_run.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

struct OutputOptions {
  std::string output;
  std::size_t evaluate_every = 0, save_every = 0, patience = 0;
  double save_minutes = 5;
  bool keep_last = false, keep_checkpoint = false, extend = false, force = false, json = false;
  ResumeChoice resume;

  void describe(Options& options) {
    options.option("--eval-every", "N", "Steps between evaluations; 0: after each epoch", evaluate_every);
    options.option("--patience", "N", "Stop after N evaluations without a better score; 0: never", patience);
    options.flag("--keep-last", "Keep the last weights, not the best", keep_last);
    options.group("Output");
    options.option("--output", "DIR", "The folder to write: a model for mana and sentence-transformers", output);
    options.require("--output");
    options.flag("--force", "Replace the model that the folder holds", force);
    resume.describe(options);
    options.flag("--extend", "Go on with another --epochs or --max-steps than the checkpoint's, at the rates of these",
                 extend);
    options.flag("--keep-checkpoint", "Keep the checkpoint of the end, for a longer run to go on from",
                 keep_checkpoint);
    options.option("--save-every", "N", "Steps between checkpoints; 0: by the clock only", save_every);
    options.option("--save-minutes", "X", "Minutes between checkpoints", save_minutes, {.least = 0});
    options.flag("--json", "Print a JSON object", json);
  }

  /// The best weights and scores of a run are those of its evaluations: they belong to its identity.
  /// A run's length is told where it differs, and may do so.
  train::RunOptions run_options(train::RunIdentity identity, const EvaluationChoice& evaluation,
                                const SentenceTrainingChoice& choice) const {
    identity.settings.push_back({"the data of the evaluation", evaluation.fingerprint(), false});
    identity.settings.push_back({"--eval-every", std::to_string(evaluate_every)});
    identity.settings.push_back({"--keep-last", keep_last ? "yes" : "no"});
    std::string text;
    for (const train::RunSetting& each : identity.settings) text += fmt::format("{}={}|", each.name, each.value);
    identity.options = xxh64(std::as_bytes(std::span(text)));
    identity.settings.push_back({"--epochs", std::to_string(choice.epochs)});
    identity.settings.push_back({"--max-steps", std::to_string(choice.max_steps)});
    train::RunOptions run;
    run.output = output;
    run.identity = identity;
    run.resume = resume.wanted();
    run.extend = extend;
    run.evaluate_every = evaluate_every;
    run.save_every = save_every;
    run.save_minutes = save_minutes;
    run.patience = patience;
    run.keep_last = keep_last;
    return run;
  }
};

/// What a reader of the model's folder wants to know of how it came to be.
train::ModelCard card_of(const SentenceTrainingChoice& choice, const SentenceTraining& training,
                         const train::SentenceTrainer& trainer, const train::RunResult& result,
                         const std::string& output) {
  train::ModelCard card;
  card.name = std::filesystem::path(output).lexically_normal().filename().string();
  card.base = std::filesystem::path(choice.model.model).filename().string();
  card.dimensions = training.encoder.dimensions();
  for (const train::TokenRows& rows : training.sets) {
    card.data.emplace_back(
        rows.name, fmt::format("{} rows of {} texts: {}", rows.rows(), rows.facts.texts, sentence_of_columns(rows)));
  }
  const auto add = [&](std::string name, std::string value) {
    card.settings.emplace_back(std::move(name), std::move(value));
  };
  add("loss", choice.loss);
  add("steps", std::to_string(result.steps));
  add("batch",
      choice.accumulate > 1 ? fmt::format("{} × {}", choice.accumulate, choice.batch) : std::to_string(choice.batch));
  add("optimizer", choice.sgd ? "SGD with momentum" : "AdamW");
  add("learning rate", fmt::format("{}, {}, warm-up {}", shortest_text(choice.rate), name_of(choice.schedule),
                                   shortest_text(choice.warmup)));
  add("weight decay", shortest_text(choice.decay));
  add("clipping", shortest_text(choice.clip));
  add("precision", fmt::format("{} products, f32 weights", kernels::name_of(training.model.kernels().precision)));
  add("seed", std::to_string(choice.seed));
  if (trainer.left_out() > 0) {
    add("rows that no batch took", fmt::format("{} in the first epoch", trainer.left_out()));
  }
  if (result.best_step) add("weights of step", fmt::format("{} of {}", *result.best_step, trainer.total_steps()));
  if (!result.curve.metric.empty()) card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
  return card;
}

void print_result(const train::RunResult& result, const OutputOptions& output, const SentenceTraining& training,
                  const train::SentenceTrainer& trainer, double seconds) {
  ordered_json object = {{"output", output.output}, {"steps", result.steps}, {"seconds", seconds}};
  std::size_t rows = 0, truncated = 0;
  for (const train::TokenRows& each : training.sets) {
    rows += each.rows();
    truncated += each.truncated;
  }
  object["rows"] = rows;
  object["truncated"] = truncated;
  object["left_out"] = trainer.left_out();
  if (!result.curve.metric.empty()) {
    object["metric"] = result.curve.metric;
    object["before"] = result.before ? ordered_json(*result.before) : ordered_json();
    object["after"] = result.after ? ordered_json(*result.after) : ordered_json();
  }
  if (result.best_step) object["best_step"] = *result.best_step;
  object["stopped_early"] = result.stopped_early;
  for (const train::TokenRows& each : training.sets) object["columns"].push_back(json_of_columns(each));
  print_report(object, output.json, {.width = 14, .nothing = "no number"});
}

/// What the run will not learn of its data, or not as fast as was asked.
void tell_what_is_lost(const train::SentenceTrainer& trainer, const SentenceTraining& training) {
  std::size_t rows = 0;
  for (const train::TokenRows& each : training.sets) rows += each.rows();
  if (trainer.left_out() > 0) {
    note(fmt::format("{} of {} rows are in no batch of the first epoch", trainer.left_out(), rows));
  }
  const train::Schedule& schedule = trainer.schedule();
  if (schedule.warmup >= schedule.steps && schedule.warmup > 0) {
    note(fmt::format("the warm-up of {} steps is as long as the run of {}, whose learning rate never reaches {}",
                     schedule.warmup, schedule.steps, schedule.rate));
  }
}

void refuse_what_is_ignored(const Options& options, const SentenceTrainingChoice& choice,
                            const EvaluationChoice& evaluation, const OutputOptions& output) {
  if (std::ranges::find(train::loss_names(), choice.loss) == train::loss_names().end()) return;  // told as such later
  const train::LossData data = train::loss_data(choice.loss);
  options.refuse_unless(evaluation.wanted(), {"--patience", "--eval-every", "--keep-last"}, "--eval-sts and its like");
  options.refuse_unless(data.label == train::Label::vector, {"--teacher"}, "--loss mse");
  const bool numbers =
      data.label == train::Label::score || data.label == train::Label::binary || data.label == train::Label::margins;
  options.refuse_unless(numbers, {"--score-range"}, "a loss of scores");
  options.refuse_unless(output.resume.wanted(), {"--extend"}, "--resume");
}

}  // namespace

int train_sentence(Options& options) {
  SentenceTrainingChoice choice;
  EvaluationChoice evaluation;
  OutputOptions output;
  choice.describe(options);
  evaluation.describe(options);
  output.describe(options);
  if (!options.parse()) return 0;
  refuse_what_is_ignored(options, choice, evaluation, output);
  choice.trainer_options();  // a mistake there comes before all work

  return run_interruptibly(
      [&](const Interruption& interruption) {
        const std::stop_token stop = interruption.token();
        const bool quiet = options.quiet();
        output.output = folder_name(output.output);
        std::vector<GivenPath> inputs = choice.files();
        evaluation.add_to(inputs);
        require_apart({{"--output", output.output}, {"the checkpoint", train::checkpoint_path(output.output)}}, inputs);
        require_safe_output(output.output, choice.model.folder(), "trained", output.force);
        // Refuses a folder that is in the way before anything is computed.
        { const AtomicFolder trial = model_folder_output(output.output, output.force); }
        output.resume.require(train::checkpoint_path(output.output));
        SentenceTraining training(choice, quiet, stop);
        const std::optional<train::Evaluation> task = evaluation.load(training.encoder, quiet, stop);
        train::SentenceTrainer trainer(training.model, training.sets, training.loss, training.options);

        note_classifier_left(choice.model.folder(), quiet);
        if (!quiet) tell_what_is_lost(trainer, training);
        if (!quiet && !output.resume.wanted() && std::filesystem::exists(train::checkpoint_path(output.output))) {
          note(fmt::format("{} is of a run that was interrupted; starting over, as --resume was not given",
                           train::checkpoint_path(output.output).string()));
        }
        const auto begin = std::chrono::steady_clock::now();
        Progress progress(quiet ? -1 : STDERR_FILENO, "training", "steps", trainer.total_steps());
        double mean = 0;
        train::RunEvents events;
        events.began = [&](std::uint64_t steps, std::uint64_t) { progress.skip(steps); };
        events.resized = [&](std::uint64_t before, std::uint64_t total) {
          if (!quiet)
            note(fmt::format("the run was to have {} steps and now has {}; those to come take the rates of {} steps",
                             before, total, total));
        };
        events.stepped = [&](const train::StepReport& report) {
          mean = mean == 0 ? report.loss : 0.95 * mean + 0.05 * report.loss;
          progress.set_label(fmt::format("training, loss {:.4f}", mean));
          progress.advance();
        };
        events.evaluated = [&](std::uint64_t step, double score, bool best) {
          progress.wipe();
          if (quiet) return;
          if (std::isfinite(score)) {
            note(fmt::format("step {}: {} {:.2f}{}", step, task->metric, score, best ? ", the best so far" : ""));
          } else {
            note(fmt::format("step {}: {} is no number, which counts as worse than any", step, task->metric));
          }
        };
        const train::RunResult result =
            train::run_training(trainer, output.run_options(training.identity, evaluation, choice), task, events, stop);
        progress.wipe();
        if (result.interrupted) {
          note(fmt::format("mana: interrupted after step {} of {}; the same command with --resume goes on from there",
                           result.steps, trainer.total_steps()));
          return interruption.exit_status();
        }
        if (!quiet && result.before && result.after && *result.after < *result.before) {
          note(fmt::format(
              "{} was {:.2f} before the training and is {:.2f} in what is written: train with other settings, "
              "or keep the model as it was",
              task->metric, *result.before, *result.after));
        }
        const std::vector<models::TrainableModel::NamedText> extra = {
            {"README.md", train::model_card(card_of(choice, training, trainer, result, output.output))},
            {"training.jsonl", result.log},
            {"training.html", train::training_curve_page(result.curve)}};
        training.model.save(output.output, extra);
        if (!output.keep_checkpoint) train::remove_run_files(output.output);
        print_result(result, output, training, trainer,
                     std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        return 0;
      },
      "mana: interrupted before the first step; nothing was written");
}

}  // namespace mana::cli
