#include "mana/jobs/tuned_classifier.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "mana/jobs/json_text.h"
#include "mana/models/sentence/trainable_model.h"

namespace mana::jobs {
namespace {

models::TrainableModel load(const std::filesystem::path& folder, const engine::EncoderOptions& compute) {
  const kernels::Isa isa = kernels::choose_isa(compute.isa);
  // 8-bit weights are for a model that is trained.
  const bool trainable = compute.precision && *compute.precision != kernels::Precision::int8;
  return {formats::read_sentence_folder(folder), isa,
          trainable ? *compute.precision : kernels::automatic_precision(isa)};
}

/// Texts as the classifier will see them, but for those beyond what the model takes: training sees their beginnings.
engine::EncoderOptions text_options(const engine::EncoderOptions& encoder) {
  engine::EncoderOptions options;
  options.threads = encoder.threads;
  options.prompt = encoder.prompt;
  options.prompt_text = encoder.prompt_text;
  options.max_tokens = encoder.max_tokens;
  if (encoder.overflow == engine::Overflow::error) options.overflow = engine::Overflow::error;
  return options;
}

std::vector<std::pair<std::string, std::string>> settings_of(const train::ClassTuning& tuning,
                                                             kernels::Precision precision) {
  return {{"loss", "cosine"},
          {"pairs of a text", fmt::format("{} of its class, {} of others", tuning.rounds, tuning.rounds)},
          {"epochs", std::to_string(tuning.epochs)},
          {"batch", std::to_string(tuning.batch)},
          {"learning rate", shortest_text(tuning.rate)},
          {"precision", fmt::format("{} products, f32 weights", kernels::name_of(precision))},
          {"seed", std::to_string(tuning.seed)}};
}

}  // namespace

TunedEncoder tune_encoder(const TrainClassifierOptions& options, const std::filesystem::path& target,
                          std::span<const std::string> texts, std::span<const std::uint32_t> classes,
                          const TrainClassifierEvents& events, const std::stop_token& stop) {
  const train::ClassTuning& tuning = *options.fine_tune;
  models::TrainableModel model = load(options.model, options.encoder);
  const engine::Encoder served(model.shared_model(), model.kernels(), model.folder(), text_options(options.encoder));
  events.loaded(served);
  const std::size_t truncated = train::tune_to_classes(
      model, served, texts, classes, tuning,
      [&](const train::StepReport& report, std::uint64_t total) {
        events.stage({"fine-tuning", "steps", report.step, total});
      },
      stop);
  if (truncated > 0) events.cut(truncated, texts.size(), served.max_tokens().value_or(0));
  const std::size_t pairs = 2 * tuning.rounds * texts.size();
  model.save(target, {});
  return {pairs, settings_of(tuning, model.kernels().precision)};
}

}  // namespace mana::jobs
