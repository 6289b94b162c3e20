#include "mana/jobs/sequence_training.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

#include "mana/base/processors.h"
#include "mana/base/xxh64.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/run_identity.h"
#include "mana/train/sequence/validation.h"

namespace mana::jobs {
namespace {

constexpr const char* kMetric = "validation cross-entropy";

TranslatorTokenizers tokenizers_of(const TrainSequenceOptions& options) {
  check(options);
  return {options.tokenizers, options.shape.most_tokens};
}

models::TrainableTransformer model_of(const TrainSequenceOptions& options, const TranslatorTokenizers& tokenizers) {
  const TrainingCourse& course = options.course;
  const kernels::Isa isa = course.chosen_isa();
  const kernels::Precision precision = course.chosen_precision();
  if (!options.from_nothing()) return {options.tokenizers.model, isa, precision};
  models::TransformerConfig config = options.shape.config(tokenizers);
  config.dropout = course.hidden_dropout().value_or(0.1f);
  config.attention_dropout = course.attention_dropout_share().value_or(0);
  return {config, course.seed, isa, precision};
}

std::size_t most_tokens(const TrainSequenceOptions& options, const models::TransformerConfig& config) {
  const std::size_t most = options.max_length.value_or(config.positions);
  if (most <= config.positions) return most;
  throw OptionError(fmt::format("`max_length` is {}, but the model has {} positions", most, config.positions));
}

std::uint64_t sum_of(const train::TokenPairs& pairs) {
  const std::uint64_t source = xxh64(std::as_bytes(std::span(pairs.source.ids)));
  const std::uint64_t target = xxh64(std::as_bytes(std::span(pairs.target.ids)), source);
  return xxh64(std::as_bytes(std::span(pairs.lengths)), target);
}

}  // namespace

SequenceTraining::SequenceTraining(const TrainSequenceOptions& options, const SequenceTrainingEvents& events,
                                   const std::stop_token& stop)
    : tokenizers(tokenizers_of(options)),
      model(model_of(options, tokenizers)),
      batch_tokens_(options.course.batch_tokens),
      team_(thread_count(options.course.threads)) {
  const std::size_t most = most_tokens(options, model.config());
  const auto read = [&](const data::ParallelFiles& files) {
    events.stage({"reading", "pairs", 0});
    train::TokenPairs found =
        train::read_token_pairs(files, {tokenizers.source(), tokenizers.target(), model.config().end}, most, stop);
    events.read(found, most);
    train::require_known_tokens(model.config(), found);
    return found;
  };
  pairs = read(options.data);
  if (options.validation) validation = read(*options.validation);
  for (const autograd::Parameter& parameter : model.parameters()) weights += parameter.size();
  identify(options);
}

/// The model is known by its shape and its weights as they are before the first step; data by their tokens.
void SequenceTraining::identify(const TrainSequenceOptions& options) {
  identity.model = sum_of_model(model.config().json(), model.parameters());
  identity.settings = settings_of(options);
  identity.settings.push_back({"the pairs to learn from", fmt::format("{:x}", sum_of(pairs)), false});
  identity.settings.push_back(
      {"the pairs of --validation", validation ? fmt::format("{:x}", sum_of(*validation)) : "none", false});
  add_kernels(model.kernels(), identity);
}

std::optional<train::Evaluation> SequenceTraining::evaluation(const train::Trainer& trainer,
                                                              const OutputMeasure& measure, std::uint64_t interval,
                                                              const std::stop_token& stop) {
  if (!validation) return std::nullopt;
  const auto score = [this, &trainer, measure, interval, stop] {
    const double entropy = train::cross_entropy_per_token(model, *validation, batch_tokens_, team_, stop);
    measured_ = {{"perplexity", std::exp(entropy)}};
    const bool due = measure.every == 0 || trainer.steps() % measure.every < interval || trainer.done();
    if (measure.score && due && trainer.steps() > 0) {
      measured_.push_back({measure.name, measure.score(*this, team_, stop)});
    }
    return entropy;
  };
  return train::Evaluation{
      .metric = kMetric, .score = score, .lower_is_better = true, .measures = [this] { return measured_; }};
}

}  // namespace mana::jobs
