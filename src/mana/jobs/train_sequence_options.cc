#include "mana/jobs/train_sequence_options.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using models::TransformerConfig;

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
  config.neighbours = neighbours;
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
  require_option(!options.max_length || *options.max_length > 0, "max_length", "a whole number above 0");
  check(options.course);
  require_share(options.smoothing, "smoothing");
}

train::SequenceOptions TrainSequenceOptions::sequence_options() const {
  return {.batch_tokens = course.batch_tokens,
          .smoothing = static_cast<float>(smoothing),
          .dropout = course.hidden_dropout(),
          .attention_dropout = course.attention_dropout_share(),
          .seed = course.seed};
}

std::vector<train::RunSetting> settings_of(const TrainSequenceOptions& options) {
  std::vector<train::RunSetting> settings = {
      {"--max-length", options.max_length ? std::to_string(*options.max_length) : ""}};
  add_step_settings(options.course, settings);
  settings.push_back({"--smoothing", fmt::format("{}", options.smoothing)});
  add_chance_settings(options.course, settings);
  return settings;
}

}  // namespace mana::jobs
