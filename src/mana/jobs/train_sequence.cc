#include "mana/jobs/train_sequence.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "mana/base/file.h"
#include "mana/jobs/json_text.h"
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
  card.name = options.kept.output.lexically_normal().filename().string();
  card.base = wanted.tokenizers.model.lexically_normal().filename().string();
  card.data.emplace_back(training.pairs.name, fmt::format("{} pairs", training.pairs.size()));
  if (training.validation) {
    card.data.emplace_back(training.validation->name, fmt::format("{} pairs to validate", training.validation->size()));
  }
  card.add("layers", fmt::format("{} + {} of {}, {} inside, {} heads", config.encoder.layers, config.decoder.layers,
                                 config.model, config.encoder.inner, config.encoder.heads));
  card.add("steps", std::to_string(result.steps));
  add_batch(wanted.course, card);
  add_optimizer(wanted.course, card);
  card.add("label smoothing", shortest_text(wanted.smoothing));
  card.add("dropout",
           wanted.course.dropout ? shortest_text(*wanted.course.dropout) : fmt::format("{}", config.dropout));
  add_computing(wanted.course, training.model.kernels().precision, card);
  if (options.average_last > 0) card.add("weights", fmt::format("the mean of {} evaluations", options.average_last));
  add_scores(result, card);
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
  AtomicFolder folder = transformers_output(options.kept.output, true);
  training.model.save_into(folder.temporary());
  training.tokenizers.copy_into(folder.temporary());
  const train::ModelCard card = card_of(options, training, result);
  write_texts(folder,
              std::array{NamedText{"generation_config.json", generation_settings(training.model.config())},
                         NamedText{"README.md", train::translator_card(card, training.model.config().is_marian())},
                         NamedText{"training.jsonl", result.log},
                         NamedText{"training.html", train::training_curve_page(result.curve, card.settings)}});
  folder.commit();
}

}  // namespace

TrainSequenceResult train_sequence(const TrainSequenceRunOptions& options, const TrainSequenceEvents& events,
                                   const std::stop_token& stop) {
  const KeptRun& kept = options.kept;
  if (options.training.from_nothing()) {
    check(options.training);
  } else {
    require_other_folder(kept.output, options.training.tokenizers.model, "trained");
  }
  // Refuses a folder that is in the way before anything is computed.
  { const AtomicFolder trial = transformers_output(kept.output, kept.force); }
  SequenceTraining training(options.training, events.preparing, stop);
  train::SequenceTask task(training.model, training.pairs, options.training.sequence_options());
  const TrainingCourse& course = options.training.course;
  train::Trainer trainer(task, course.trainer_options());
  const std::uint64_t interval = kept.evaluate_every > 0 ? kept.evaluate_every : trainer.steps_of_an_epoch();
  const std::optional<train::Evaluation> evaluation = training.evaluation(trainer, options.measure, interval, stop);
  events.prepared(training, trainer);

  TrainSequenceResult result;
  result.finished = finish_run(
      trainer, kept,
      run_options(kept, training.identity, {course.epochs, course.max_steps}, "--evaluate-every", options.average_last),
      evaluation, events.run,
      [&](std::uint64_t step, double entropy, bool best, const train::Evaluation& of) {
        events.evaluated(step, entropy, best, of.measures());
      },
      [&](const train::RunResult& done) { write_model(options, training, done); }, stop);
  result.pairs = training.pairs.size();
  result.left_out = training.pairs.too_long;
  result.weights = training.weights;
  return result;
}

}  // namespace mana::jobs
