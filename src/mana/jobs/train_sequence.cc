#include "mana/jobs/train_sequence.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "mana/base/file.h"
#include "mana/jobs/json_text.h"
#include "mana/jobs/kept_run.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/transformers_output.h"
#include "mana/train/model_card.h"

namespace mana::jobs {
namespace {

/// What a reader of the model's folder wants to know of how it came to be.
train::ModelCard card_of(const TrainSequenceRunOptions& options, const SequenceTraining& training,
                         const train::RunResult& result) {
  const TrainSequenceOptions& wanted = options.training;
  const models::TransformerConfig& config = training.model.config();
  train::ModelCard card;
  card.name = options.output.lexically_normal().filename().string();
  card.base = wanted.tokenizers.model.lexically_normal().filename().string();
  card.data.emplace_back(training.pairs.name, fmt::format("{} pairs", training.pairs.size()));
  if (training.validation) {
    card.data.emplace_back(training.validation->name, fmt::format("{} pairs to validate", training.validation->size()));
  }
  const auto add = [&](std::string name, std::string value) {
    card.settings.emplace_back(std::move(name), std::move(value));
  };
  add("layers", fmt::format("{} + {} of {}, {} inside, {} heads", config.encoder.layers, config.decoder.layers,
                            config.model, config.encoder.inner, config.encoder.heads));
  add("steps", std::to_string(result.steps));
  add("tokens of a batch", wanted.accumulate > 1 ? fmt::format("{} × {}", wanted.accumulate, wanted.batch_tokens)
                                                 : std::to_string(wanted.batch_tokens));
  add("optimizer", fmt::format("AdamW, β₁ {}, β₂ {}, ε {}", shortest_text(wanted.beta1), shortest_text(wanted.beta2),
                               shortest_text(wanted.epsilon)));
  add("learning rate", fmt::format("{}, {}, warm-up {}", shortest_text(wanted.rate), train::name_of(wanted.schedule),
                                   shortest_text(wanted.warmup)));
  add("weight decay", shortest_text(wanted.weight_decay));
  add("clipping", shortest_text(wanted.clip));
  add("label smoothing", shortest_text(wanted.smoothing));
  add("dropout", wanted.dropout ? shortest_text(*wanted.dropout) : fmt::format("{}", config.dropout));
  add("precision", fmt::format("{} products, f32 weights", kernels::name_of(training.model.kernels().precision)));
  add("seed", std::to_string(wanted.seed));
  if (options.average_last > 0) add("weights", fmt::format("the mean of {} evaluations", options.average_last));
  if (result.best_step) add("weights of step", std::to_string(*result.best_step));
  card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
  return card;
}

/// What transformers asks for how a model writes.
std::string generation_settings(const models::TransformerConfig& config) {
  const nlohmann::ordered_json settings = {{"decoder_start_token_id", config.start},
                                           {"pad_token_id", config.pad},
                                           {"eos_token_id", config.end},
                                           {"forced_eos_token_id", config.end},
                                           {"bad_words_ids", {{config.pad}}},
                                           {"max_length", config.positions},
                                           {"num_beams", 4},
                                           {"early_stopping", true}};
  return settings.dump(2) + "\n";
}

void write_model(const TrainSequenceRunOptions& options, const SequenceTraining& training,
                 const train::RunResult& result) {
  AtomicFolder folder = transformers_output(options.output, true);
  training.model.save_into(folder.temporary());
  training.tokenizers.copy_into(folder.temporary());
  const bool marian = training.model.config().is_marian();
  for (const auto& [name, text] :
       {std::pair("generation_config.json", generation_settings(training.model.config())),
        std::pair("README.md", train::translator_card(card_of(options, training, result), marian)),
        std::pair("training.jsonl", result.log),
        std::pair("training.html", train::training_curve_page(result.curve))}) {
    AtomicFile file(folder.temporary() / name);
    file.write(text);
    file.commit();
  }
  folder.commit();
}

}  // namespace

TrainSequenceResult train_sequence(const TrainSequenceRunOptions& options, const TrainSequenceEvents& events,
                                   const std::stop_token& stop) {
  if (options.training.from_nothing()) {
    check(options.training);
  } else {
    require_other_folder(options.output, options.training.tokenizers.model, "trained");
  }
  // Refuses a folder that is in the way before anything is computed.
  { const AtomicFolder trial = transformers_output(options.output, options.force); }
  SequenceTraining training(options.training, events.preparing, stop);
  train::SequenceTask task(training.model, training.pairs, options.training.sequence_options());
  train::Trainer trainer(task, options.training.trainer_options());
  const std::uint64_t interval = options.evaluate_every > 0 ? options.evaluate_every : trainer.steps_of_an_epoch();
  const std::optional<train::Evaluation> evaluation = training.evaluation(trainer, options.measure, interval, stop);
  events.prepared(training, trainer);

  const auto begin = std::chrono::steady_clock::now();
  train::RunEvents run_events = events.run;
  run_events.evaluated = [&](std::uint64_t step, double score, bool best) {
    if (events.run.evaluated) events.run.evaluated(step, score, best);
    events.evaluated(step, score, best, evaluation->measures());
  };
  TrainSequenceResult result;
  result.run = train::run_training(trainer, kept_run(options, training.identity, "--evaluate-every"), evaluation,
                                   run_events, stop);
  result.total_steps = trainer.total_steps();
  result.pairs = training.pairs.size();
  result.left_out = training.pairs.too_long;
  result.weights = training.weights;
  if (!result.run.interrupted) {
    write_model(options, training, result.run);
    if (!options.keep_checkpoint) train::remove_run_files(options.output);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace mana::jobs
