#include "mana/jobs/fine_tune.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/jobs/json_text.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/row_columns.h"
#include "mana/train/model_card.h"

namespace mana::jobs {
namespace {

/// What a reader of the model's folder wants to know of how it came to be.
train::ModelCard card_of(const FineTuneRunOptions& options, const FineTuning& tuning, const train::Trainer& trainer,
                         const train::RunResult& result) {
  const FineTuneOptions& wanted = options.training;
  train::ModelCard card;
  card.name = options.kept.output.lexically_normal().filename().string();
  card.base = (wanted.model_name.empty() ? wanted.model : std::filesystem::path(wanted.model_name)).filename().string();
  card.dimensions = tuning.encoder.dimensions();
  for (const train::TokenRows& rows : tuning.sets) {
    card.data.emplace_back(
        rows.name, fmt::format("{} rows of {} texts: {}", rows.rows(), rows.facts.texts, sentence_of_columns(rows)));
  }
  card.add("loss", wanted.loss);
  if (tuning.model.folder().contextual) {  // whose first module is the pooling
    const auto& pooling = std::get<formats::PoolingModule>(tuning.model.folder().modules.at(0));
    card.add("pooling", formats::names_of(pooling.modes, "+"));
  }
  if (tuning.deletion) card.add("words left out", shortest_text(*tuning.deletion));
  card.add("steps", std::to_string(result.steps));
  card.add("batch", wanted.accumulate > 1 ? fmt::format("{} × {}", wanted.accumulate, wanted.batch)
                                          : std::to_string(wanted.batch));
  card.add("optimizer", wanted.sgd ? "SGD with momentum" : "AdamW");
  card.add("learning rate", fmt::format("{}, {}, warm-up {}", shortest_text(wanted.learning_rate),
                                        train::name_of(wanted.schedule), shortest_text(wanted.warmup)));
  card.add("weight decay", shortest_text(wanted.weight_decay));
  card.add("clipping", shortest_text(wanted.clip));
  card.add("precision", fmt::format("{} products, f32 weights", kernels::name_of(tuning.model.kernels().precision)));
  card.add("seed", std::to_string(wanted.seed));
  if (tuning.left_out > 0) card.add("rows that no batch took", fmt::format("{} in the first epoch", tuning.left_out));
  if (result.best_step) card.add("weights of step", fmt::format("{} of {}", *result.best_step, trainer.total_steps()));
  if (!result.curve.metric.empty()) card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
  return card;
}

}  // namespace

FineTuneResult fine_tune(const FineTuneRunOptions& options, const FineTuneEvents& events, const std::stop_token& stop) {
  const KeptRun& kept = options.kept;
  require_safe_output(kept.output, options.training.model, "trained", kept.force);
  // Refuses a folder that is in the way before anything is computed.
  { const AtomicFolder trial = model_folder_output(kept.output, kept.force); }
  FineTuning tuning(options.training, events.preparing, stop);
  const std::optional<train::Evaluation> task =
      options.evaluation.load(tuning.encoder, events.found_columns, events.preparing.stage, stop);
  train::Trainer trainer(tuning.task(), tuning.options);
  events.prepared(tuning, trainer, tuning.left_out);

  // The data of the evaluation, which the best weights and scores are of, belong to the run's identity.
  train::RunIdentity identity = tuning.identity;
  identity.settings.push_back({"the data of the evaluation", options.evaluation.fingerprint(), false});
  FineTuneResult result;
  result.finished = finish_run(
      trainer, kept,
      run_options(kept, std::move(identity), {options.training.epochs, options.training.max_steps}, "--eval-every"),
      task, events.run,
      [&](std::uint64_t step, double score, bool best, const train::Evaluation& of) {
        events.evaluated(step, score, best, of.metric);
      },
      [&](const train::RunResult& done) {
        const train::ModelCard card = card_of(options, tuning, trainer, done);
        const std::vector<models::TrainableModel::NamedText> extra = {
            {"README.md", train::model_card(card)},
            {"training.jsonl", done.log},
            {"training.html", train::training_curve_page(done.curve, card.settings)}};
        tuning.model.save(kept.output, extra);
      },
      stop);
  result.left_out = tuning.left_out;
  for (const train::TokenRows& each : tuning.sets) {
    result.rows += each.rows();
    result.truncated += each.truncated;
  }
  result.sets = std::move(tuning.sets);
  return result;
}

}  // namespace mana::jobs
