#include "mana/cli/train/classifier_tuning.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "mana/base/progress.h"
#include "mana/cli/shell/numbers.h"
#include "mana/cli/shell/output.h"
#include "mana/train/model_card.h"

namespace mana::cli {
namespace {

models::TrainableModel load(const std::filesystem::path& folder, const ComputeOptions& compute) {
  const kernels::Isa isa = kernels::choose_isa(compute.isa);
  // 8-bit weights are for a model that is trained.
  const bool trainable = compute.precision && *compute.precision != kernels::Precision::int8;
  return {formats::read_sentence_folder(folder), isa,
          trainable ? *compute.precision : kernels::automatic_precision(isa)};
}

/// Texts as the classifier will see them, but for those beyond what the model takes: training sees their beginnings.
engine::EncoderOptions text_options(const EncoderChoice& encoder) {
  engine::EncoderOptions options;
  options.threads = encoder.compute.threads;
  options.prompt = encoder.vectors.prompt;
  options.prompt_text = encoder.vectors.prompt_text;
  options.max_tokens = encoder.vectors.max_tokens;
  if (encoder.vectors.overflow == engine::Overflow::error) options.overflow = engine::Overflow::error;
  return options;
}

train::ModelCard card_of(const ClassifierTuningChoice& choice, const models::TrainableModel& model,
                         const TunedEncoder& folders, const std::string& data, std::size_t texts, std::size_t pairs) {
  const train::ClassTuning& tuning = choice.tuning;
  train::ModelCard card;
  card.name = folders.output.lexically_normal().filename().string();
  card.base = folders.source.filename().string();
  card.dimensions = model.model().dimensions;
  card.data = {{std::filesystem::path(data).filename().string(), fmt::format("{} texts, {} pairs", texts, pairs)}};
  card.settings = {{"loss", "cosine"},
                   {"pairs of a text", fmt::format("{} of its class, {} of others", tuning.rounds, tuning.rounds)},
                   {"epochs", std::to_string(tuning.epochs)},
                   {"batch", std::to_string(tuning.batch)},
                   {"learning rate", shortest_text(tuning.rate)},
                   {"precision", fmt::format("{} products, f32 weights", kernels::name_of(model.kernels().precision))},
                   {"seed", std::to_string(tuning.seed)}};
  card.logged = false;
  return card;
}

}  // namespace

void ClassifierTuningChoice::describe(Options& options) {
  options.group("Fine-tuning, for few examples");
  options.flag("--fine-tune", "First train the model to put texts of one class together and others apart", wanted);
  options.option("--pairs", "N", "Pairs of each text with its own class, and as many with others", tuning.rounds);
  options.option("--epochs", "N", "Passes over the pairs", tuning.epochs);
  options.option("--batch", "N", "Pairs of a step", tuning.batch);
  options.option("--learning-rate", "X", "The highest learning rate", tuning.rate, {.least = 0, .above = 0});
  options.option("--seed", "N", "Decides the pairs, their order and the dropout", tuning.seed);
}

void ClassifierTuningChoice::settle(const EncoderChoice& encoder) {
  if (!wanted) {
    if (tuning == train::ClassTuning{}) return;
    throw UsageError("--pairs, --epochs, --batch, --learning-rate and --seed belong to --fine-tune; add it");
  }
  if (tuning.rounds == 0) Options::refuse("--pairs", "a whole number above 0", "0");
  if (tuning.epochs == 0) Options::refuse("--epochs", "a whole number above 0", "0");
  if (tuning.batch == 0) Options::refuse("--batch", "a whole number above 0", "0");
  if (encoder.vectors.pooling || encoder.vectors.normalize || encoder.vectors.no_normalize) {
    throw UsageError(
        "--fine-tune trains the vectors that the model's folder describes; leave out --pooling, --normalize and "
        "--no-normalize");
  }
}

std::size_t tune_encoder(const ClassifierTuningChoice& choice, const EncoderChoice& encoder,
                         const TunedEncoder& folders, const std::string& data, std::span<const std::string> texts,
                         std::span<const std::uint32_t> classes, bool quiet, std::stop_token stop) {
  models::TrainableModel model = load(folders.source, encoder.compute);
  const engine::Encoder served(model.shared_model(), model.kernels(), model.folder(), text_options(encoder));
  print_notes(served, quiet);
  Progress progress(quiet ? -1 : STDERR_FILENO, "fine-tuning", "steps");
  const std::size_t truncated = train::tune_to_classes(
      model, served, texts, classes, choice.tuning,
      [&](const train::StepReport& report, std::uint64_t total) {
        progress.set_total(total);
        progress.set(report.step);
      },
      std::move(stop));
  progress.wipe();
  if (!quiet && truncated > 0) {
    note(fmt::format("{} of {} texts are longer than {} tokens: fine-tuning sees no more of them than that", truncated,
                     texts.size(), served.max_tokens().value_or(0)));
  }
  const std::size_t pairs = 2 * choice.tuning.rounds * texts.size();
  const std::vector<models::TrainableModel::NamedText> card = {
      {"README.md", train::model_card(card_of(choice, model, folders, data, texts.size(), pairs))}};
  model.save(folders.target, card);
  return pairs;
}

}  // namespace mana::cli
