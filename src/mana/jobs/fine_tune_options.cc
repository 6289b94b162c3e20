#include "mana/jobs/fine_tune_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <string_view>

#include "mana/base/processors.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/training_course.h"

namespace mana::jobs {
void check(const FineTuneOptions& options) {
  require_option(!options.data.empty(), "data", "the files to learn from");
  require_option(options.batch > 0, "batch", "a whole number above 0");
  require_option(options.accumulate > 0, "accumulate", "a whole number above 0");
  require_option(options.epochs > 0 || options.max_steps > 0, "epochs", "a whole number above 0, not '0'");
  require_option(std::isfinite(options.learning_rate) && options.learning_rate > 0, "learning_rate",
                 "a number above 0");
  require_option(options.warmup >= 0, "warmup", "a number of at least 0");
  require_option(options.weight_decay >= 0, "weight_decay", "a number of at least 0");
  require_option(options.clip >= 0, "clip", "a number of at least 0");
  require_share(options.average, "average");
  require_option(options.layer_decay >= 0 && options.layer_decay <= 1, "layer_decay", "a number from 0 to 1");
  require_share(options.dropout.value_or(0), "dropout");
  require_share(options.deletion.value_or(0), "deletion");
  if (options.deletion && options.loss != "tsdae") throw OptionError("`deletion` belongs to the loss tsdae");
  require_option(!options.score_range || options.score_range->first < options.score_range->second, "score_range",
                 "a low number, then a higher one");
  if (options.precision == kernels::Precision::int8) {
    throw OptionError("`precision` int8 is for models that are trained; training computes in f32 or bf16");
  }
}

train::TrainerOptions FineTuneOptions::trainer_options() const {
  train::TrainerOptions options;
  options.epochs = epochs;
  options.max_steps = max_steps;
  options.accumulate = accumulate;
  if (sgd) {
    options.rule = train::Sgd{.decay = weight_decay};
  } else {
    options.rule = train::AdamW{.decay = weight_decay};
  }
  options.untouched = lazy ? train::UntouchedRows::keep : train::UntouchedRows::catch_up;
  options.schedule = schedule;
  options.rate = learning_rate;
  options.warmup = warmup;
  options.clip = clip;
  options.average = average;
  options.threads = thread_count(threads);
  return options;
}

train::SentenceOptions FineTuneOptions::sentence_options() const {
  train::SentenceOptions options;
  options.batches.batch = batch;
  options.batches.tokens = batch_tokens;
  options.batches.mixing = round_robin ? data::Mixing::round_robin : data::Mixing::proportional;
  if (dropout) options.dropout = static_cast<float>(*dropout);
  options.seed = seed;
  return options;
}

std::vector<train::RunSetting> settings_of(const FineTuneOptions& options) {
  const auto text = [](const auto& value) { return value ? fmt::format("{}", *value) : std::string(); };
  const auto number = [](double value) { return fmt::format("{}", value); };
  const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
  const auto list = [](const auto& values) { return fmt::format("{}", fmt::join(values, ",")); };
  const auto& range = options.score_range;
  return {{"--columns", list(options.columns)},
          {"--label", list(options.label)},
          {"--loss", options.loss},
          {"--scale", text(options.scale)},
          {"--margin", text(options.margin)},
          {"--distance", options.distance ? std::string(train::name_of(*options.distance)) : ""},
          {"--matryoshka", list(options.matryoshka)},
          {"--mini-batch", text(options.mini_batch)},
          {"--symmetric", yes(options.symmetric)},
          {"--score-range", range ? fmt::format("{},{}", range->first, range->second) : ""},
          {"--batch", std::to_string(options.batch)},
          {"--batch-tokens", std::to_string(options.batch_tokens)},
          {"--accumulate", std::to_string(options.accumulate)},
          {"--round-robin", yes(options.round_robin)},
          {"--learning-rate", number(options.learning_rate)},
          {"--schedule", std::string(train::name_of(options.schedule))},
          {"--warmup", number(options.warmup)},
          {"--sgd", yes(options.sgd)},
          {"--weight-decay", number(options.weight_decay)},
          {"--clip", number(options.clip)},
          {"--lazy", yes(options.lazy)},
          {"--layer-decay", number(options.layer_decay)},
          {"--freeze", list(options.freeze)},
          {"--average", number(options.average)},
          {"--dropout", text(options.dropout)},
          {"--seed", std::to_string(options.seed)},
          {"--prompt", text(options.prompt)},
          {"--max-tokens", text(options.max_tokens)}};
}

}  // namespace mana::jobs
