#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "mana/base/atomic_folder.h"
#include "mana/base/progress.h"
#include "mana/base/xxh64.h"
#include "mana/cli/commands.h"
#include "mana/cli/finite_number.h"
#include "mana/cli/interruption.h"
#include "mana/cli/model_output.h"
#include "mana/cli/output.h"
#include "mana/cli/sentence_training.h"
#include "mana/cli/training_evaluation.h"
#include "mana/train/model_card.h"
#include "mana/train/training_run.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

struct OutputOptions {
  std::string output;
  std::size_t evaluate_every = 0, save_every = 0, patience = 0;
  std::string save_minutes = "5";
  bool keep_last = false, resume = false, force = false, json = false;

  void describe(Options& options) {
    options.option("--eval-every", "N", "Steps between evaluations; 0: after each epoch", evaluate_every);
    options.option("--patience", "N", "Stop after N evaluations without a better score; 0: never", patience);
    options.flag("--keep-last", "Keep the last weights, not the best", keep_last);
    options.group("Output");
    options.option("--output", "DIR", "The folder to write: a model for mana and sentence-transformers", output);
    options.require("--output");
    options.flag("--force", "Replace the model that the folder holds", force);
    options.flag("--resume", "Go on from the checkpoint of a run that was interrupted", resume);
    options.option("--save-every", "N", "Steps between checkpoints; 0: by the clock only", save_every);
    options.option("--save-minutes", "X", "Minutes between checkpoints", save_minutes);
    options.flag("--json", "Print a JSON object", json);
  }

  /// The best weights and scores of a run are those of its evaluations: they belong to its identity.
  train::RunOptions run_options(train::RunIdentity identity, const EvaluationChoice& evaluation) const {
    const std::string text = fmt::format("{:x}|{}|{}|{}", identity.options, evaluation.fingerprint(), evaluate_every,
                                         keep_last ? "last" : "best");
    identity.options = xxh64(std::as_bytes(std::span(text)));
    train::RunOptions run;
    run.output = output;
    run.identity = identity;
    run.resume = resume;
    run.evaluate_every = evaluate_every;
    run.save_every = save_every;
    run.save_minutes = finite_number("--save-minutes", save_minutes, 0);
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
    card.data.emplace_back(rows.name, fmt::format("{} rows of {} texts", rows.rows(), rows.facts.texts));
  }
  const auto add = [&](std::string name, std::string value) {
    card.settings.emplace_back(std::move(name), std::move(value));
  };
  add("loss", choice.loss);
  add("steps", std::to_string(result.steps));
  add("batch",
      choice.accumulate > 1 ? fmt::format("{} × {}", choice.accumulate, choice.batch) : std::to_string(choice.batch));
  add("optimizer", choice.sgd ? "SGD with momentum" : "AdamW");
  add("learning rate", fmt::format("{}, {}, warm-up {}", choice.rate, name_of(choice.schedule), choice.warmup));
  add("weight decay", choice.decay);
  add("clipping", choice.clip);
  add("precision", fmt::format("{} products, f32 weights", kernels::name_of(training.model.kernels().precision)));
  add("seed", std::to_string(choice.seed));
  if (result.best_step) add("weights of step", fmt::format("{} of {}", *result.best_step, trainer.total_steps()));
  if (!result.curve.metric.empty()) card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
  return card;
}

void print_result(const train::RunResult& result, const OutputOptions& output, const SentenceTraining& training,
                  double seconds) {
  ordered_json object = {{"output", output.output}, {"steps", result.steps}, {"seconds", seconds}};
  std::size_t rows = 0, truncated = 0;
  for (const train::TokenRows& each : training.sets) {
    rows += each.rows();
    truncated += each.truncated;
  }
  object["rows"] = rows;
  object["truncated"] = truncated;
  if (!result.curve.metric.empty()) object["metric"] = result.curve.metric;
  if (result.before) object["before"] = *result.before;
  if (result.after) object["after"] = *result.after;
  if (result.best_step) object["best_step"] = *result.best_step;
  object["stopped_early"] = result.stopped_early;
  if (output.json) return print(object.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
  std::string lines;
  for (const auto& [name, value] : object.items()) {
    lines += fmt::format("{:<14}{}\n", name,
                         value.is_number_float() ? fmt::format("{:.4f}", value.get<double>())
                         : value.is_string()     ? value.get<std::string>()
                                                 : value.dump());
  }
  print(lines);
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
  choice.trainer_options();  // a mistake there comes before all work

  const Interruption interruption;
  const std::stop_token stop = interruption.token();
  const bool quiet = options.quiet();
  try {
    require_safe_output(output.output, choice.model.folder(), "trained", output.force);
    // Refuses a folder that is in the way before anything is computed.
    {
      const AtomicFolder trial(output.output,
                               output.force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse);
    }
    SentenceTraining training(choice, quiet, stop);
    const std::optional<train::Evaluation> task = evaluation.load(training.encoder, quiet, stop);
    train::SentenceTrainer trainer(training.model, training.sets, training.loss, training.options);

    if (!quiet && !output.resume && std::filesystem::exists(train::checkpoint_path(output.output))) {
      note(fmt::format("{} is of a run that was interrupted; starting over, as --resume was not given",
                       train::checkpoint_path(output.output).string()));
    }
    const auto begin = std::chrono::steady_clock::now();
    Progress progress(quiet ? -1 : STDERR_FILENO, "training", "steps", trainer.total_steps());
    double mean = 0;
    train::RunEvents events;
    events.began = [&](std::uint64_t steps, std::uint64_t) { progress.skip(steps); };
    events.stepped = [&](const train::StepReport& report) {
      mean = mean == 0 ? report.loss : 0.95 * mean + 0.05 * report.loss;
      progress.set_label(fmt::format("training, loss {:.4f}", mean));
      progress.advance();
    };
    events.evaluated = [&](std::uint64_t step, double score, bool best) {
      progress.wipe();
      if (!quiet) note(fmt::format("step {}: {} {:.2f}{}", step, task->metric, score, best ? ", the best so far" : ""));
    };
    const train::RunResult result =
        train::run_training(trainer, output.run_options(training.identity, evaluation), task, events, stop);
    progress.wipe();
    if (result.interrupted) {
      note(fmt::format("mana: interrupted after step {} of {}; the same command with --resume goes on from there",
                       result.steps, trainer.total_steps()));
      return interruption.exit_status();
    }
    const std::vector<models::TrainableModel::NamedText> extra = {
        {"README.md", train::model_card(card_of(choice, training, trainer, result, output.output))},
        {"training.jsonl", result.log},
        {"training.html", train::training_curve_page(result.curve)}};
    training.model.save(output.output, extra);
    train::remove_run_files(output.output);
    print_result(result, output, training,
                 std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return 0;
  } catch (const Cancelled&) {
    note("mana: interrupted before the first step; nothing was written");
    return interruption.exit_status();
  }
}

}  // namespace mana::cli
