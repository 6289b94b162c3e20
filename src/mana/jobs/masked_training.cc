#include "mana/jobs/masked_training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "mana/base/processors.h"
#include "mana/base/xxh64.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/run_identity.h"
#include "mana/models/masked/shapes.h"

namespace mana::jobs {
namespace {

constexpr const char* kMetric = "validation loss";

text::Tokenizer tokenizer_of(const TrainMaskedOptions& options) {
  check(options);
  return text::Tokenizer::load(options.from_nothing() ? options.tokenizer : options.model);
}

models::TrainableMaskedModel model_of(const TrainMaskedOptions& options, const text::Tokenizer& tokenizer) {
  const TrainingCourse& course = options.course;
  const kernels::Isa isa = course.chosen_isa();
  const kernels::Precision precision = course.chosen_precision();
  if (!options.from_nothing()) return {options.model, options.next_sentence, course.seed, isa, precision};
  models::MaskedModelConfig config = models::shape_config(options.shape, tokenizer.vocabulary_size());
  config.hidden_dropout = course.hidden_dropout().value_or(0.1f);
  config.attention_dropout = course.attention_dropout_share().value_or(0.1f);
  return {config, options.next_sentence.value_or(false), course.seed, isa, precision};
}

void require_room(const TrainMaskedOptions& options, const models::MaskedModelConfig& config) {
  const auto require = [&](std::size_t length, std::string_view field) {
    if (length <= config.positions) return;
    throw OptionError(fmt::format("`{}` is {}, but the model has {} positions", field, length, config.positions));
  };
  require(options.length, "length");
  require(options.long_length, "long_length");
}

}  // namespace

train::MaskedSource source_of(const data::MaskedBatches& batches) {
  return {batches.steps(), [&](std::uint64_t epoch, std::size_t place) { return batches.batch(epoch, place); }};
}

MaskedTraining::MaskedTraining(const TrainMaskedOptions& options, const std::filesystem::path& tokens, bool resumed,
                               const MaskedTrainingEvents& events, const std::stop_token& stop)
    : tokenizer(tokenizer_of(options)),
      vocabulary(tokenizer),
      model(model_of(options, tokenizer)),
      corpus([&] {
        require_room(options, model.config());
        tokenizer.require_vectors(model.config().vocabulary, model.config().types, "the model");
        Team team(thread_count(options.course.threads));
        const auto read = [&](std::uint64_t bytes) { events.stage({"tokenizing", "bytes", bytes}); };
        return data::tokenized_corpus(tokens, options.corpus, tokenizer, team,
                                      resumed ? data::OtherTokens::refuse : data::OtherTokens::rewrite, read, stop);
      }()),
      team_(thread_count(options.course.threads)) {
  events.tokenized(corpus);
  const bool pairs = model.next_sentence();
  const auto batches = [&](std::size_t length, data::CorpusSide side) {
    return std::make_unique<data::MaskedBatches>(corpus.file, vocabulary, options.batch_options(length, pairs), side);
  };
  batches_ = batches(options.length, data::CorpusSide::training);
  if (options.long_length > 0) long_batches_ = batches(options.long_length, data::CorpusSide::training);
  if (options.held_out > 0) {
    held_out_ = batches(options.length, data::CorpusSide::held_out);
    validation_ = source_of(*held_out_);
    const std::size_t most =
        (options.validation_tokens + options.course.batch_tokens - 1) / options.course.batch_tokens;
    if (options.validation_tokens > 0) validation_.batches = std::min(validation_.batches, most);
  }
  task_ = std::make_unique<train::MaskedTask>(model, source_of(*batches_), options.task_options());
  for (const autograd::Parameter& parameter : model.parameters()) weights += parameter.size();
  identify(options);
}

void MaskedTraining::plan(const TrainMaskedOptions& options, const train::Trainer& trainer) {
  if (!long_batches_) return;
  const auto steps = static_cast<double>(trainer.total_steps());
  const auto turn = static_cast<std::uint64_t>(std::ceil(steps * (1 - options.long_share)));
  task_->go_over_to(source_of(*long_batches_), turn * options.course.accumulate);
  identity.settings.push_back({"the first step of --long", std::to_string(turn)});
}

/// The model is known by its shape and its weights as they are before the first step; data by their sums.
void MaskedTraining::identify(const TrainMaskedOptions& options) {
  identity.model =
      sum_of_model(model.config().json(model.next_sentence() ? "with next sentences" : "without"), model.parameters());
  identity.settings = settings_of(options);
  const data::TokenOrigin& origin = corpus.file.origin();
  identity.settings.push_back({"the text to learn from", fmt::format("{:x}", origin.text), false});
  identity.settings.push_back({"the tokenizer", fmt::format("{:x}", origin.tokenizer), false});
  add_kernels(model.kernels(), identity);
}

std::optional<train::Evaluation> MaskedTraining::evaluation(const std::stop_token& stop) {
  if (!held_out_) return std::nullopt;
  const auto score = [this, stop] {
    scores_ = train::masked_scores(model, validation_, vocabulary.mask(), team_, stop);
    return scores_->loss;
  };
  const auto measures = [this] {
    std::vector<train::Measure> found = {{"masked accuracy · 100", 100 * scores_->accuracy}};
    if (scores_->next_accuracy) found.push_back({"next-sentence accuracy · 100", 100 * *scores_->next_accuracy});
    return found;
  };
  return train::Evaluation{.metric = kMetric, .score = score, .lower_is_better = true, .measures = measures};
}

}  // namespace mana::jobs
