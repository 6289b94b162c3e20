#include "mana/jobs/train_masked_options.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

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
  require_option(options.length >= 8, "length", "a whole number of at least 8");
  require_option(options.long_length == 0 || options.long_length > options.length, "long_length",
                 "a whole number above `length`");
  require_option(options.long_share > 0 && options.long_share < 1, "long_share", "a number above 0 and below 1");
  require_option(options.masks.rate > 0 && options.masks.rate < 1, "mask_rate", "a number above 0 and below 1");
  require_option(options.course.batch_tokens >= options.length, "batch_tokens", "a whole number of at least `length`");
  require_option(options.course.batch_tokens >= options.long_length, "batch_tokens",
                 "a whole number of at least `long_length`");
  check(options.course);
  require_share(options.held_out, "held_out");
}

train::MaskedTaskOptions TrainMaskedOptions::task_options() const {
  return {.name = corpus.inputs.front().filename().string(),
          .dropout = course.hidden_dropout(),
          .attention_dropout = course.attention_dropout_share(),
          .seed = course.seed};
}

data::MaskedBatchOptions TrainMaskedOptions::batch_options(std::size_t most_tokens, bool pairs) const {
  data::MaskedBatchOptions options;
  options.packing.form = pairs ? data::Packing::Form::pairs : data::Packing::Form::sentences;
  options.packing.length = most_tokens;
  options.masks = masks;
  options.batch_tokens = course.batch_tokens;
  options.held_out = held_out;
  options.seed = course.seed;
  return options;
}

std::vector<train::RunSetting> settings_of(const TrainMaskedOptions& options) {
  const auto number = [](double value) { return fmt::format("{}", value); };
  std::vector<train::RunSetting> settings = {{"--length", std::to_string(options.length)},
                                             {"--long", std::to_string(options.long_length)},
                                             {"--long-share", number(options.long_share)},
                                             {"--mask-rate", number(options.masks.rate)},
                                             {"--mask", std::string(name_of(options.masks.unit))},
                                             {"--held-out", number(options.held_out)},
                                             {"--validation-tokens", std::to_string(options.validation_tokens)}};
  add_step_settings(options.course, settings);
  add_chance_settings(options.course, settings);
  return settings;
}

}  // namespace mana::jobs
