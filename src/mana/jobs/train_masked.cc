#include "mana/jobs/train_masked.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/leftovers.h"
#include "mana/jobs/json_text.h"
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
  card.name = options.kept.output.lexically_normal().filename().string();
  card.base = wanted.model.lexically_normal().filename().string();
  card.dimensions = config.model;
  for (const fs::path& input : wanted.corpus.inputs) card.data.emplace_back(input.filename().string(), "text");
  card.add("layers",
           fmt::format("{} of {}, {} inside, {} heads", config.layers, config.model, config.inner, config.heads));
  card.add("tokens of an epoch", std::to_string(training.batches().tokens()));
  card.add("steps", std::to_string(result.steps));
  add_batch(wanted.course, card);
  card.add("tokens of a sequence", wanted.long_length > 0
                                       ? fmt::format("{}, {} in the last {} of the steps", wanted.length,
                                                     wanted.long_length, shortest_text(wanted.long_share))
                                       : std::to_string(wanted.length));
  card.add("next sentence", training.model.next_sentence() ? "yes" : "no");
  card.add("hidden", shortest_text(wanted.masks.rate));
  add_optimizer(wanted.course, card);
  add_computing(wanted.course, training.model.kernels().precision, card);
  add_scores(result, card);
  return card;
}

void write_model(const TrainMaskedRunOptions& options, const MaskedTraining& training, const train::RunResult& result) {
  AtomicFolder folder = transformers_output(options.kept.output, true);
  training.model.save_into(folder.temporary());
  const fs::path& tokenizer = options.training.from_nothing() ? options.training.tokenizer : options.training.model;
  copy_tokenizer(tokenizer, folder.temporary(), training.model.config().positions);
  const train::ModelCard card = card_of(options, training, result);
  write_texts(folder, std::array{NamedText{"README.md", train::masked_model_card(card)},
                                 NamedText{"training.jsonl", result.log},
                                 NamedText{"training.html", train::training_curve_page(result.curve, card.settings)}});
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
  const KeptRun& kept = options.kept;
  check(options.training);
  if (!options.training.from_nothing()) require_other_folder(kept.output, options.training.model, "trained");
  require_outside(kept.output, options.training.corpus.inputs);
  // Refuses a folder that is in the way before anything is computed.
  { const AtomicFolder trial = transformers_output(kept.output, kept.force); }
  train::RunLock lock(kept.output);  // before the tokens of another run could be replaced
  remove_leftovers(tokens_path(kept.output));
  const bool resumed = kept.resume && file_exists(train::checkpoint_path(kept.output));
  MaskedTraining training(options.training, tokens_path(kept.output), resumed, events.preparing, stop);
  const TrainingCourse& course = options.training.course;
  train::Trainer trainer(training.task(), course.trainer_options());
  training.plan(options.training, trainer);
  const std::optional<train::Evaluation> evaluation = training.evaluation(stop);
  events.prepared(training, trainer);

  train::RunOptions run = run_options(kept, training.identity, {course.epochs, course.max_steps}, "--evaluate-every");
  run.log = &lock.log();
  TrainMaskedResult result;
  result.finished = finish_run(
      trainer, kept, run, evaluation, events.run,
      [&](std::uint64_t step, double loss, bool best, const train::Evaluation& of) {
        events.evaluated(step, loss, best, of.measures());
      },
      [&](const train::RunResult& done) { write_model(options, training, done); }, stop);
  result.tokens = training.batches().tokens();
  result.weights = training.weights;
  result.scores = training.scores();
  return result;
}

}  // namespace mana::jobs
