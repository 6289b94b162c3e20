#include "mana/jobs/train_masked.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/jobs/json_text.h"
#include "mana/jobs/kept_run.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/tokenizer_copy.h"
#include "mana/jobs/transformers_output.h"
#include "mana/train/model_card.h"
#include "mana/train/run_lock.h"

namespace mana::jobs {
namespace {

namespace fs = std::filesystem;

/// What a reader of the model's folder wants to know of how it came to be.
train::ModelCard card_of(const TrainMaskedRunOptions& options, const MaskedTraining& training,
                         const train::RunResult& result) {
  const TrainMaskedOptions& wanted = options.training;
  const models::MaskedModelConfig& config = training.model.config();
  train::ModelCard card;
  card.name = options.output.lexically_normal().filename().string();
  card.base = wanted.model.lexically_normal().filename().string();
  for (const fs::path& input : wanted.corpus.inputs) card.data.emplace_back(input.filename().string(), "text");
  const auto add = [&](std::string name, std::string value) {
    card.settings.emplace_back(std::move(name), std::move(value));
  };
  add("layers", fmt::format("{} of {}, {} inside, {} heads", config.layers, config.model, config.inner, config.heads));
  add("tokens of an epoch", std::to_string(training.batches().tokens()));
  add("steps", std::to_string(result.steps));
  add("tokens of a batch", wanted.accumulate > 1 ? fmt::format("{} × {}", wanted.accumulate, wanted.batch_tokens)
                                                 : std::to_string(wanted.batch_tokens));
  add("tokens of a sequence", wanted.long_length > 0 ? fmt::format("{}, {} in the last {} of the steps", wanted.length,
                                                                   wanted.long_length, shortest_text(wanted.long_share))
                                                     : std::to_string(wanted.length));
  add("next sentence", training.model.next_sentence() ? "yes" : "no");
  add("hidden", shortest_text(wanted.masks.rate));
  add("optimizer", fmt::format("AdamW, β₁ {}, β₂ {}, ε {}", shortest_text(wanted.beta1), shortest_text(wanted.beta2),
                               shortest_text(wanted.epsilon)));
  add("learning rate", fmt::format("{}, {}, warm-up {}", shortest_text(wanted.rate), train::name_of(wanted.schedule),
                                   shortest_text(wanted.warmup)));
  add("weight decay", shortest_text(wanted.weight_decay));
  add("clipping", shortest_text(wanted.clip));
  add("precision", fmt::format("{} products, f32 weights", kernels::name_of(training.model.kernels().precision)));
  add("seed", std::to_string(wanted.seed));
  if (result.best_step) add("weights of step", std::to_string(*result.best_step));
  card.metric = result.curve.metric;
  card.before = result.before;
  card.after = result.after;
  card.dimensions = config.model;
  return card;
}

void write_model(const TrainMaskedRunOptions& options, const MaskedTraining& training, const train::RunResult& result) {
  AtomicFolder folder = transformers_output(options.output, true);
  training.model.save_into(folder.temporary());
  const fs::path& tokenizer = options.training.from_nothing() ? options.training.tokenizer : options.training.model;
  copy_tokenizer(tokenizer, folder.temporary(), training.model.config().positions);
  for (const auto& [name, text] : {std::pair("README.md", train::masked_model_card(card_of(options, training, result))),
                                   std::pair("training.jsonl", result.log),
                                   std::pair("training.html", train::training_curve_page(result.curve))}) {
    AtomicFile file(folder.temporary() / name);
    file.write(text);
    file.commit();
  }
  folder.commit();
}

/// What stands in a folder of texts would be read as one by the next run.
void require_outside(const fs::path& output, const std::vector<fs::path>& inputs) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(output, error);
  for (const fs::path& input : inputs) {
    if (!fs::is_directory(input, error)) continue;
    const fs::path outer = fs::canonical(input, error);
    if (std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first != outer.end()) continue;
    throw ArgumentError(fmt::format("the output {} lies in {}, of which every file is text to learn from; name another",
                                    output.string(), input.string()));
  }
}

}  // namespace

fs::path tokens_path(const fs::path& output) { return output.string() + ".tokens"; }

TrainMaskedResult train_masked(const TrainMaskedRunOptions& options, const TrainMaskedEvents& events,
                               const std::stop_token& stop) {
  check(options.training);
  if (!options.training.from_nothing()) require_other_folder(options.output, options.training.model, "trained");
  require_outside(options.output, options.training.corpus.inputs);
  // Refuses a folder that is in the way before anything is computed.
  { const AtomicFolder trial = transformers_output(options.output, options.force); }
  train::RunLock lock(options.output);  // before the tokens of another run could be replaced
  train::remove_torn(tokens_path(options.output));
  const bool resumed = options.resume && file_exists(train::checkpoint_path(options.output));
  MaskedTraining training(options.training, tokens_path(options.output), resumed, events.preparing, stop);
  train::Trainer trainer(training.task(), options.training.trainer_options());
  training.plan(options.training, trainer);
  const std::optional<train::Evaluation> evaluation = training.evaluation(stop);
  events.prepared(training, trainer);

  const auto begin = std::chrono::steady_clock::now();
  train::RunEvents run_events = events.run;
  run_events.evaluated = [&](std::uint64_t step, double score, bool best) {
    if (events.run.evaluated) events.run.evaluated(step, score, best);
    events.evaluated(step, score, best, evaluation->measures());
  };
  TrainMaskedResult result;
  train::RunOptions kept = kept_run(options, training.identity, "--evaluate-every");
  kept.log = &lock.log();
  result.run = train::run_training(trainer, kept, evaluation, run_events, stop);
  result.total_steps = trainer.total_steps();
  result.tokens = training.batches().tokens();
  result.weights = training.weights;
  result.scores = training.scores();
  if (!result.run.interrupted) {
    write_model(options, training, result.run);
    if (!options.keep_checkpoint) train::remove_run_files(options.output);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace mana::jobs
