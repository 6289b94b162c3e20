#include "mana/jobs/fine_tune.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "mana/base/atomic_folder.h"
#include "mana/jobs/json_text.h"
#include "mana/jobs/kept_run.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/row_columns.h"
#include "mana/train/model_card.h"

namespace mana::jobs {
namespace {

/// The data of the evaluation, which the best weights and scores are of, belong to the run's identity.
train::RunOptions run_options(const FineTuneRunOptions& options, train::RunIdentity identity) {
  identity.settings.push_back({"the data of the evaluation", options.evaluation.fingerprint(), false});
  return kept_run(options, std::move(identity), "--eval-every");
}

/// What a reader of the model's folder wants to know of how it came to be.
train::ModelCard card_of(const FineTuneRunOptions& options, const FineTuning& tuning, const train::Trainer& trainer,
                         std::size_t left_out, const train::RunResult& result) {
  const FineTuneOptions& wanted = options.training;
  train::ModelCard card;
  card.name = options.output.lexically_normal().filename().string();
  card.base = (wanted.model_name.empty() ? wanted.model : std::filesystem::path(wanted.model_name)).filename().string();
  card.dimensions = tuning.encoder.dimensions();
  for (const train::TokenRows& rows : tuning.sets) {
    card.data.emplace_back(
        rows.name, fmt::format("{} rows of {} texts: {}", rows.rows(), rows.facts.texts, sentence_of_columns(rows)));
  }
  const auto add = [&](std::string name, std::string value) {
    card.settings.emplace_back(std::move(name), std::move(value));
  };
  add("loss", wanted.loss);
  if (tuning.deletion) add("words left out", shortest_text(*tuning.deletion));
  add("steps", std::to_string(result.steps));
  add("batch",
      wanted.accumulate > 1 ? fmt::format("{} × {}", wanted.accumulate, wanted.batch) : std::to_string(wanted.batch));
  add("optimizer", wanted.sgd ? "SGD with momentum" : "AdamW");
  add("learning rate", fmt::format("{}, {}, warm-up {}", shortest_text(wanted.learning_rate),
                                   train::name_of(wanted.schedule), shortest_text(wanted.warmup)));
  add("weight decay", shortest_text(wanted.weight_decay));
  add("clipping", shortest_text(wanted.clip));
  add("precision", fmt::format("{} products, f32 weights", kernels::name_of(tuning.model.kernels().precision)));
  add("seed", std::to_string(wanted.seed));
  if (left_out > 0) add("rows that no batch took", fmt::format("{} in the first epoch", left_out));
  if (result.best_step) add("weights of step", fmt::format("{} of {}", *result.best_step, trainer.total_steps()));
  if (!result.curve.metric.empty()) card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
  return card;
}

}  // namespace

FineTuneResult fine_tune(const FineTuneRunOptions& options, const FineTuneEvents& events, const std::stop_token& stop) {
  require_safe_output(options.output, options.training.model, "trained", options.force);
  // Refuses a folder that is in the way before anything is computed.
  { const AtomicFolder trial = model_folder_output(options.output, options.force); }
  FineTuning tuning(options.training, events.preparing, stop);
  const std::optional<train::Evaluation> task =
      options.evaluation.load(tuning.encoder, events.found_columns, events.preparing.stage, stop);
  train::Trainer trainer(tuning.task(), tuning.options);
  events.prepared(tuning, trainer, tuning.left_out);

  const auto begin = std::chrono::steady_clock::now();
  train::RunEvents run_events = events.run;
  run_events.evaluated = [&](std::uint64_t step, double score, bool best) {
    if (events.run.evaluated) events.run.evaluated(step, score, best);
    events.evaluated(step, score, best, task->metric);
  };
  FineTuneResult result;
  result.run = train::run_training(trainer, run_options(options, tuning.identity), task, run_events, stop);
  result.total_steps = trainer.total_steps();
  result.left_out = tuning.left_out;
  for (const train::TokenRows& each : tuning.sets) {
    result.rows += each.rows();
    result.truncated += each.truncated;
  }
  if (!result.run.interrupted) {
    const std::vector<models::TrainableModel::NamedText> extra = {
        {"README.md", train::model_card(card_of(options, tuning, trainer, result.left_out, result.run))},
        {"training.jsonl", result.run.log},
        {"training.html", train::training_curve_page(result.run.curve)}};
    tuning.model.save(options.output, extra);
    if (!options.keep_checkpoint) train::remove_run_files(options.output);
  }
  result.sets = std::move(tuning.sets);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace mana::jobs
