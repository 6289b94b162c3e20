#include "mana/jobs/train_masked_options.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>
#include <utility>

#include "mana/base/processors.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

void require(bool right, std::string_view field, std::string_view wanted) {
  if (!right) throw OptionError(fmt::format("`{}` takes {}", field, wanted));
}

void require_share(const std::optional<double>& value, std::string_view field) {
  require(!value || (*value >= 0 && *value < 1), field, "a number from 0 to below 1");
}

std::string_view name_of(data::MaskUnit unit) {
  switch (unit) {
    case data::MaskUnit::words: return "words";
    case data::MaskUnit::spans: return "spans";
    case data::MaskUnit::tokens: break;
  }
  return "tokens";
}

}  // namespace

void check(const TrainMaskedOptions& options) {
  if (options.corpus.inputs.empty()) throw OptionError("name files or folders of text to learn from with `input`");
  if (options.tokenizer.empty() == options.model.empty()) {
    throw OptionError("name a `tokenizer` for a new model, or a `model` to go on with, which has its own");
  }
  require(options.length >= 8, "length", "a whole number of at least 8");
  require(options.long_length == 0 || options.long_length > options.length, "long_length",
          "a whole number above `length`");
  require(options.long_share > 0 && options.long_share < 1, "long_share", "a number above 0 and below 1");
  require(options.masks.rate > 0 && options.masks.rate < 1, "mask_rate", "a number above 0 and below 1");
  require(options.batch_tokens >= options.length, "batch_tokens", "a whole number of at least `length`");
  require(options.batch_tokens >= options.long_length, "batch_tokens", "a whole number of at least `long_length`");
  require(options.accumulate > 0, "accumulate", "a whole number above 0");
  require(options.epochs > 0 || options.max_steps > 0, "epochs", "a whole number above 0, not '0'");
  require(std::isfinite(options.rate) && options.rate > 0, "rate", "a number above 0");
  require(options.warmup >= 0, "warmup", "a number of at least 0");
  require(options.weight_decay >= 0, "weight_decay", "a number of at least 0");
  require(options.clip >= 0, "clip", "a number of at least 0");
  require(options.epsilon > 0, "epsilon", "a number above 0");
  for (const auto& [value, field] : {std::pair(options.average, "average"), std::pair(options.held_out, "held_out"),
                                     std::pair(options.beta1, "beta1"), std::pair(options.beta2, "beta2")}) {
    require_share(value, field);
  }
  require_share(options.dropout, "dropout");
  require_share(options.attention_dropout, "attention_dropout");
  if (options.precision == kernels::Precision::int8) {
    throw OptionError("`precision` int8 is for models that are trained; training computes in f32 or bf16");
  }
}

train::TrainerOptions TrainMaskedOptions::trainer_options() const {
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

train::MaskedTaskOptions TrainMaskedOptions::task_options() const {
  const auto as_float = [](const std::optional<double>& number) {
    return number ? std::optional(static_cast<float>(*number)) : std::nullopt;
  };
  return {.name = corpus.inputs.front().filename().string(),
          .dropout = as_float(dropout),
          .attention_dropout = as_float(attention_dropout),
          .seed = seed};
}

data::MaskedBatchOptions TrainMaskedOptions::batch_options(std::size_t most_tokens, bool pairs) const {
  data::MaskedBatchOptions options;
  options.packing.form = pairs ? data::Packing::Form::pairs : data::Packing::Form::sentences;
  options.packing.length = most_tokens;
  options.masks = masks;
  options.batch_tokens = batch_tokens;
  options.held_out = held_out;
  options.seed = seed;
  return options;
}

std::vector<train::RunSetting> settings_of(const TrainMaskedOptions& options) {
  const auto number = [](double value) { return fmt::format("{}", value); };
  const auto text = [](const auto& value) { return value ? fmt::format("{}", *value) : std::string(); };
  return {{"--length", std::to_string(options.length)},
          {"--long", std::to_string(options.long_length)},
          {"--long-share", number(options.long_share)},
          {"--mask-rate", number(options.masks.rate)},
          {"--mask", std::string(name_of(options.masks.unit))},
          {"--held-out", number(options.held_out)},
          {"--validation-tokens", std::to_string(options.validation_tokens)},
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
          {"--dropout", text(options.dropout)},
          {"--attention-dropout", text(options.attention_dropout)},
          {"--seed", std::to_string(options.seed)}};
}

}  // namespace mana::jobs
