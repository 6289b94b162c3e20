#include "mana/jobs/train_sequence_options.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "mana/base/processors.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using models::TransformerConfig;

void require(bool right, std::string_view field, std::string_view wanted) {
  if (!right) throw OptionError(fmt::format("`{}` takes {}", field, wanted));
}

void require_share(const std::optional<double>& value, std::string_view field) {
  require(!value || (*value >= 0 && *value < 1), field, "a number from 0 to below 1");
}

TransformerConfig::PositionKind kind_of(SequenceShape::Positions positions) {
  switch (positions) {
    case SequenceShape::Positions::trainable: return TransformerConfig::PositionKind::trained;
    case SequenceShape::Positions::none: return TransformerConfig::PositionKind::none;
    case SequenceShape::Positions::sinusoidal: break;
  }
  return TransformerConfig::PositionKind::sinusoidal;
}

void require_files(const data::ParallelFiles& files, std::string_view what) {
  const bool rows = !files.rows.empty(), source = !files.source.empty(), target = !files.target.empty();
  if (rows ? !source && !target : source && target) return;
  throw OptionError(fmt::format("the {} is a file of rows, or a file for each side", what));
}

void require_tokenizers(const TokenizerChoice& choice) {
  const bool source = !choice.source.empty(), target = !choice.target.empty();
  const int ways = int{!choice.model.empty()} + int{!choice.both.empty()} + int{source || target};
  if (ways == 1 && source == target) return;
  throw OptionError(
      "name one tokenizer for both sides with `tokenizer`, or both `source_tokenizer` and `target_tokenizer`, or a "
      "translator to go on with, which has its own, with `model`");
}

}  // namespace

TransformerConfig SequenceShape::config(const TranslatorTokenizers& tokenizers) const {
  TransformerConfig made = config(tokenizers.source().vocabulary_size(), tokenizers.target().vocabulary_size());
  made.pad = made.start = tokenizers.pad();
  made.end = tokenizers.end();
  made.check();
  return made;
}

TransformerConfig SequenceShape::config(std::size_t source_vocabulary, std::size_t target_vocabulary) const {
  TransformerConfig config;
  config.source_vocabulary = source_vocabulary;
  config.target_vocabulary = target_vocabulary;
  config.positions = most_tokens;
  config.model = width;
  config.encoder = {.layers = encoder_layers, .heads = heads, .inner = inner};
  config.decoder = {.layers = decoder_layers, .heads = heads, .inner = inner};
  config.activation = activation;
  config.activation_name = kernels::name_of(activation);
  config.norm = norm;
  config.last_norms = norm == nn::NormPlace::before;
  config.position_kind = kind_of(positions);
  config.one_table = tie == Tie::all;
  config.tied_output = tie != Tie::none;
  config.check();
  return config;
}

void check(const TrainSequenceOptions& options) {
  require_files(options.data, "parallel text to learn from");
  if (options.validation) require_files(*options.validation, "parallel text for the validation");
  require_tokenizers(options.tokenizers);
  if (options.from_nothing() && options.tokenizers.separate() && options.shape.tie == SequenceShape::Tie::all) {
    throw OptionError("with a tokenizer for each side there is no table for both; `tie` target or none");
  }
  require(!options.max_length || *options.max_length > 0, "max_length", "a whole number above 0");
  require(options.batch_tokens > 0, "batch_tokens", "a whole number above 0");
  require(options.accumulate > 0, "accumulate", "a whole number above 0");
  require(options.epochs > 0 || options.max_steps > 0, "epochs", "a whole number above 0, not '0'");
  require(std::isfinite(options.rate) && options.rate > 0, "rate", "a number above 0");
  require(options.warmup >= 0, "warmup", "a number of at least 0");
  require(options.weight_decay >= 0, "weight_decay", "a number of at least 0");
  require(options.clip >= 0, "clip", "a number of at least 0");
  require(options.epsilon > 0, "epsilon", "a number above 0");
  for (const auto& [value, field] : {std::pair(options.average, "average"), std::pair(options.smoothing, "smoothing"),
                                     std::pair(options.beta1, "beta1"), std::pair(options.beta2, "beta2")}) {
    require_share(value, field);
  }
  require_share(options.dropout, "dropout");
  require_share(options.attention_dropout, "attention_dropout");
  if (options.precision == kernels::Precision::int8) {
    throw OptionError("`precision` int8 is for models that are trained; training computes in f32 or bf16");
  }
}

train::TrainerOptions TrainSequenceOptions::trainer_options() const {
  train::TrainerOptions options;
  options.epochs = epochs;
  options.max_steps = max_steps;
  options.accumulate = accumulate;
  options.rule = train::AdamW{.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .decay = weight_decay};
  options.schedule = schedule;
  options.rate = rate;
  options.warmup = warmup;
  options.clip = clip;
  options.average = average;
  options.threads = thread_count(threads);
  return options;
}

train::SequenceOptions TrainSequenceOptions::sequence_options() const {
  const auto as_float = [](const std::optional<double>& number) {
    return number ? std::optional(static_cast<float>(*number)) : std::nullopt;
  };
  return {.batch_tokens = batch_tokens,
          .smoothing = static_cast<float>(smoothing),
          .dropout = as_float(dropout),
          .attention_dropout = as_float(attention_dropout),
          .seed = seed};
}

std::vector<train::RunSetting> settings_of(const TrainSequenceOptions& options) {
  const auto number = [](double value) { return fmt::format("{}", value); };
  const auto text = [](const auto& value) { return value ? fmt::format("{}", *value) : std::string(); };
  return {{"--max-length", text(options.max_length)},
          {"--batch-tokens", std::to_string(options.batch_tokens)},
          {"--accumulate", std::to_string(options.accumulate)},
          {"--rate", number(options.rate)},
          {"--schedule", std::string(train::name_of(options.schedule))},
          {"--warmup", number(options.warmup)},
          {"--weight-decay", number(options.weight_decay)},
          {"--beta1", number(options.beta1)},
          {"--beta2", number(options.beta2)},
          {"--epsilon", number(options.epsilon)},
          {"--clip", number(options.clip)},
          {"--average", number(options.average)},
          {"--smoothing", number(options.smoothing)},
          {"--dropout", text(options.dropout)},
          {"--attention-dropout", text(options.attention_dropout)},
          {"--seed", std::to_string(options.seed)}};
}

}  // namespace mana::jobs
