#include "mana/jobs/fine_tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/xxh64.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/run_identity.h"
#include "mana/jobs/trained_parameters.h"
#include "mana/models/sentence/origin.h"
#include "mana/train/sentence/denoising_task.h"
#include "mana/train/sentence/teacher.h"

namespace mana::jobs {
namespace {

constexpr double kDeletion = 0.6;  // of Wang et al. 2021

std::optional<float> as_float(const std::optional<double>& number) {
  return number ? std::optional(static_cast<float>(*number)) : std::nullopt;
}

/// A sum of a model's configurations, which decide with its weights what is computed.
std::uint64_t sum_of_configurations(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json" && entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::uint64_t sum = 0;
  for (const std::filesystem::path& file : files) {
    const std::string text = file.lexically_relative(folder).string() + read_file(file);
    sum = xxh64(std::as_bytes(std::span(text)), sum);
  }
  return sum;
}

/// What `make` makes of a loss's options; what it cannot take is a mistake in the options.
template <class Make>
auto of_options(const Make& make) {
  try {
    return make();
  } catch (const ArgumentError& error) {
    throw OptionError(error.what());
  }
}

engine::EncoderOptions encoder_options(const FineTuneOptions& wanted) {
  engine::EncoderOptions options;
  options.threads = wanted.threads;
  options.prompt = wanted.prompt;
  options.max_tokens = wanted.max_tokens;
  return options;
}

models::TrainableModel load(const FineTuneOptions& wanted) {
  check(wanted);
  const kernels::Isa isa = kernels::choose_isa(wanted.isa);
  formats::SentenceFolder folder = formats::read_sentence_folder(wanted.model);
  if (wanted.pooling) {
    if (!folder.contextual) {
      throw OptionError(
          fmt::format("`pooling` is of models of layers; {} is a static embedding, a mean", wanted.model.string()));
    }
    std::get<formats::PoolingModule>(folder.modules.at(0)).modes = {*wanted.pooling};
  }
  return {std::move(folder), isa, wanted.precision.value_or(kernels::automatic_precision(isa))};
}

}  // namespace

FineTuning::FineTuning(const FineTuneOptions& wanted, const FineTuningEvents& events, const std::stop_token& stop)
    : model(load(wanted)),
      encoder(model.shared_model(), model.kernels(), model.folder(), encoder_options(wanted)),
      options(wanted.trainer_options()),
      sentences(wanted.sentence_options()) {
  events.loaded(encoder);
  const train::LossData data = of_options([&] { return train::loss_data(wanted.loss); });
  read_rows(wanted, data, events, stop);
  sentences.prompt_tokens = encoder.prompt_tokens();
  if (data.reconstructs) {
    of_options([&] { train::require_loss_options(wanted.loss, loss_options(wanted)); });
    decoder = std::make_unique<models::TrainableDecoder>(model, wanted.seed);
    deletion = wanted.deletion.value_or(kDeletion);
  } else {
    loss = of_options([&] { return train::make_loss(wanted.loss, loss_options(wanted)); });
  }
  if (data.label == train::Label::vector) add_teacher(wanted, events, stop);
  settle_parameters(model, wanted.layer_decay, wanted.freeze);
  identify(wanted);
  make_task();
}

void FineTuning::make_task() {
  if (decoder) {
    const train::WordDeletion words(encoder.tokenizer(), *deletion);
    auto made = std::make_unique<train::DenoisingTask>(model, *decoder, sets, words, sentences);
    left_out = made->left_out();
    task_ = std::move(made);
  } else {
    auto made = std::make_unique<train::SentenceTask>(model, sets, loss, sentences);
    left_out = made->left_out();
    task_ = std::move(made);
  }
}

void FineTuning::read_rows(const FineTuneOptions& wanted, const train::LossData& data, const FineTuningEvents& events,
                           const std::stop_token& stop) {
  const bool scaled = wanted.score_range.has_value();
  const auto [low, high] = wanted.score_range.value_or(std::pair(0.0, 1.0));
  train::LossData labels = data;
  if (scaled && data.label == train::Label::score) {
    labels.least_score = low;
    labels.greatest_score = high;
  }
  for (const std::string& file : wanted.data) {
    sets.push_back(train::read_token_rows(file, {.texts = wanted.columns, .labels = wanted.label}, labels, encoder,
                                          classes, stop));
    train::TokenRows& rows = sets.back();
    if (scaled) {
      for (float& value : rows.label_values) value = static_cast<float>((double{value} - low) / (high - low));
    }
    if (rows.facts.texts != sets[0].facts.texts && data.label == train::Label::margins) {
      throw ArgumentError(fmt::format("{} has {} columns of texts, but {} has {}; all need as many", file,
                                      rows.facts.texts, sets[0].name, sets[0].facts.texts));
    }
    events.read(file, rows, encoder);
  }
  if (data.label == train::Label::category && classes.names.size() < 2) {
    throw FormatError(fmt::format("{}: all rows have the class '{}'; the loss {} needs at least two classes",
                                  sets[0].name, classes.names[0], wanted.loss));
  }
}

/// The model is known by the weights as they are before the first step, whatever files they are from, and by what else
/// makes vectors of them; data and a teacher's vectors by their content.
void FineTuning::identify(const FineTuneOptions& wanted) {
  identity.model =
      sum_of_weights(model.parameters(), models::origin_content(model.folder()) ^ sum_of_configurations(wanted.model));
  identity.settings = settings_of(wanted);
  if (deletion) identity.settings.push_back({"--deletion", fmt::format("{}", *deletion)});
  if (wanted.pooling) identity.settings.push_back({"--pooling", std::string(formats::name_of(*wanted.pooling))});
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::uint64_t texts = xxh64(std::as_bytes(std::span(sets[i].ids)));
    const std::uint64_t labels = xxh64(std::as_bytes(std::span(sets[i].label_values)), texts);
    const std::string file = sets.size() == 1 ? "" : fmt::format(", file {},", i + 1);
    identity.settings.push_back({fmt::format("the rows of --data{}", file), fmt::format("{:x}", labels), false});
  }
  add_kernels(model.kernels(), identity);
}

train::LossOptions FineTuning::loss_options(const FineTuneOptions& wanted) const {
  train::LossOptions chosen;
  chosen.dimensions = encoder.dimensions();
  chosen.classes = classes.names.size();
  chosen.seed = wanted.seed;
  chosen.scale = as_float(wanted.scale);
  chosen.margin = as_float(wanted.margin);
  chosen.distance = wanted.distance;
  chosen.symmetric = wanted.symmetric;
  chosen.mini_batch = wanted.mini_batch;
  chosen.matryoshka = wanted.matryoshka;
  return chosen;
}

void FineTuning::add_teacher(const FineTuneOptions& wanted, const FineTuningEvents& events,
                             const std::stop_token& stop) {
  if (!wanted.teacher) throw OptionError("`loss` mse learns a teacher's vectors; name the model with `teacher`");
  engine::EncoderOptions of_teacher = encoder_options(wanted);
  of_teacher.prompt.reset();
  const engine::Encoder teacher(*wanted.teacher, of_teacher);
  events.loaded(teacher);
  if (teacher.dimensions() != encoder.dimensions()) {
    throw ArgumentError(fmt::format("the teacher's vectors have {} dimensions, the model's {}; they must agree",
                                    teacher.dimensions(), encoder.dimensions()));
  }
  for (std::size_t i = 0; i < sets.size(); ++i) {
    train::TokenRows& rows = sets[i];
    data::TrainingRowReader reader(wanted.data[i], {.texts = wanted.columns, .labels = wanted.label});
    const auto tell = [&](std::size_t done) { events.stage({"the teacher's vectors", "rows", done, rows.rows()}); };
    train::take_teacher_vectors(rows, std::move(reader), teacher, tell, stop);
  }
}

}  // namespace mana::jobs
