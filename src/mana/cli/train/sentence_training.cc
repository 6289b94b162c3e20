#include "mana/cli/train/sentence_training.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/processors.h"
#include "mana/base/progress.h"
#include "mana/base/xxh64.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/row_columns.h"
#include "mana/cli/shell/text_input.h"
#include "mana/models/sentence/origin.h"

namespace mana::cli {
namespace {

/// "a,b,c"
std::vector<std::string> list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

kernels::Precision precision_of(const SentenceTrainingChoice& choice, kernels::Isa isa) {
  if (choice.compute.precision == kernels::Precision::int8) {
    throw UsageError("--precision int8 is for models that are trained; training computes in f32 or bf16");
  }
  return choice.compute.precision.value_or(kernels::automatic_precision(isa));
}

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

/// What `make` makes of a loss's options; what it cannot take is a mistake on the command line.
template <class Make>
auto of_options(const Make& make) {
  try {
    return make();
  } catch (const ArgumentError& error) {
    throw UsageError(error.what());
  }
}

/// The two numbers of "0,5".
std::pair<double, double> range_of(const std::string& text) {
  const std::vector<std::string> parts = list(text);
  if (parts.size() != 2) Options::refuse("--score-range", "two numbers, LOW,HIGH", text);
  const double low = read_real("--score-range", parts[0]), high = read_real("--score-range", parts[1]);
  if (low >= high) Options::refuse("--score-range", "a low number, then a higher one", text);
  return {low, high};
}

/// The layer of "encoder.layer.3.output.dense.weight"; nothing where there is none.
std::optional<std::size_t> layer_of(std::string_view name) {
  constexpr std::string_view kMark = "encoder.layer.";
  const std::size_t place = name.find(kMark);
  if (place == std::string_view::npos) return {};
  std::size_t layer = 0;
  const char* const begin = name.data() + place + kMark.size();
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), layer);
  if (error != std::errc()) return {};
  return layer;
}

/// Whether an item of --freeze means this parameter: layers "2" or "0-3", or a part of its name.
bool means(std::string_view item, std::string_view name) {
  std::size_t first = 0, last = 0;
  const char* const begin = item.data();
  const char* const end = begin + item.size();
  auto read = std::from_chars(begin, end, first);
  if (read.ec != std::errc()) return name.find(item) != std::string_view::npos;
  last = first;
  if (read.ptr != end && *read.ptr == '-') read = std::from_chars(read.ptr + 1, end, last);
  if (read.ec != std::errc() || read.ptr != end) return name.find(item) != std::string_view::npos;
  const std::optional<std::size_t> layer = layer_of(name);
  return layer && *layer >= first && *layer <= last;
}

engine::EncoderOptions encoder_options(const SentenceTrainingChoice& choice) {
  engine::EncoderOptions options;
  options.threads = choice.compute.threads;
  options.prompt = choice.prompt;
  options.max_tokens = choice.max_tokens;
  return options;
}

models::TrainableModel load(const SentenceTrainingChoice& choice) {
  const kernels::Isa isa = kernels::choose_isa(choice.compute.isa);
  return {formats::read_sentence_folder(choice.model.folder()), isa, precision_of(choice, isa)};
}

}  // namespace

void SentenceTrainingChoice::describe(Options& options) {
  options.option("--data", "FILES",
                 "Rows to learn from: tables with a header (.tsv, .csv), or JSON; several with commas between", data);
  options.require("--data");
  options.option("--columns", "NAMES", "The columns of texts in their order, with commas; else as their names say",
                 columns);
  options.option("--label", "NAMES", "The column of scores or classes; else score, label or the like", label);
  options.group("Loss");
  options.option("--loss", "NAME",
                 "mnr, cached-mnr, simcse, cosent, angle, cosine, softmax, triplet, contrastive, online-contrastive, "
                 "batch-hard-triplet, mse, margin-mse",
                 loss);
  options.option("--scale", "X", "What cosines are multiplied by", scale);
  options.option("--margin", "X", "By how much distances are to differ", margin);
  options.option("--distance", "NAME", "cosine, euclidean or manhattan", distance);
  options.flag("--symmetric", "Positives look for their anchors, too (mnr)", symmetric);
  options.option("--mini-batch", "N", "Texts embedded at once (cached-mnr)", mini_batch);
  options.option("--matryoshka", "LIST", "Lengths of the vectors' beginnings that shall be useful, too: 384,128,64",
                 matryoshka);
  options.option("--teacher", "NAME", "The model whose vectors are to be learned (mse)", teacher);
  options.option("--score-range", "LOW,HIGH", "Scores of this range are mapped to 0 … 1", score_range);
  options.group("Steps");
  options.option("--epochs", "N", "Passes over the data", epochs);
  options.option("--max-steps", "N", "Steps, whatever --epochs says; 0 for as many as epochs take", max_steps);
  options.option("--batch", "N", "Rows of a batch", batch, {.least = 1, .wanted = "a whole number above 0"});
  options.option("--batch-tokens", "N", "Cut batches of rows of similar length at so many tokens; 0: by rows",
                 batch_tokens);
  options.option("--accumulate", "N", "Batches of a step", accumulate,
                 {.least = 1, .wanted = "a whole number above 0"});
  options.flag("--round-robin", "A batch of each file in turn, until the first has no more; else all of all",
               round_robin);
  options.option("--learning-rate", "X", "The highest learning rate", rate, {.least = 0, .above = 0});
  options.choice<train::ScheduleShape>("--schedule", "How it goes on after the warm-up",
                                       {{"constant", train::ScheduleShape::constant},
                                        {"linear", train::ScheduleShape::linear},
                                        {"cosine", train::ScheduleShape::cosine}},
                                       schedule);
  options.option("--warmup", "X", "Steps in which it rises: a share of all if below 1, else a number", warmup,
                 {.least = 0});
  options.flag("--sgd", "Stochastic gradient descent with momentum 0.9, in place of AdamW", sgd);
  options.option("--weight-decay", "X", "Of matrices, in each step times the learning rate", decay, {.least = 0});
  options.option("--clip", "X", "The largest norm of a gradient; 0 for any", clip, {.least = 0});
  options.flag("--lazy", "Leave rows of tables that a step does not touch as they are", lazy);
  options.option("--layer-decay", "X", "Each layer learns at X times the rate of the one above it", layer_decay,
                 {.least = 0, .most = 1});
  options.option("--freeze", "LIST", "What keeps its weights: embeddings, layers (0-3), or a part of a tensor's name",
                 freeze);
  options.option("--average", "X", "Keep a moving average of the weights with this decay, 0.999 say; 0 for none",
                 average, {.least = 0, .below = 1});
  options.option("--dropout", "X", "Everywhere, in place of the model's own", dropout, {.least = 0, .below = 1});
  options.option("--seed", "N", "Decides the order of rows and the dropout", seed);
  options.flag("--deterministic", "Same seed, same bits, for any --threads: training a sentence encoder is always so",
               deterministic);
  options.group("Model");
  model.describe(options);
  options.option("--prompt", "NAME", "Put this prompt of the model before each text", prompt);
  options.option("--max-tokens", "N", "Tokens of a text that the model sees", max_tokens);
  compute.describe(options);
}

train::TrainerOptions SentenceTrainingChoice::trainer_options() const {
  if (epochs == 0 && max_steps == 0) Options::refuse("--epochs", "a whole number above 0", "0");
  train::TrainerOptions options;
  options.epochs = epochs;
  options.max_steps = max_steps;
  options.batches.batch = batch;
  options.batches.tokens = batch_tokens;
  options.batches.mixing = round_robin ? data::Mixing::round_robin : data::Mixing::proportional;
  options.accumulate = accumulate;
  if (sgd) {
    options.rule = train::Sgd{.decay = decay};
  } else {
    options.rule = train::AdamW{.decay = decay};
  }
  options.untouched = lazy ? train::UntouchedRows::keep : train::UntouchedRows::catch_up;
  options.schedule = schedule;
  options.rate = rate;
  options.warmup = warmup;
  options.clip = clip;
  options.average = average;
  if (dropout) options.dropout = static_cast<float>(*dropout);
  options.seed = seed;
  options.threads = thread_count(compute.threads);
  return options;
}

std::vector<train::RunSetting> SentenceTrainingChoice::settings() const {
  const auto text = [](const auto& value) { return value ? fmt::format("{}", *value) : std::string(); };
  const auto number = [](double value) { return fmt::format("{}", value); };
  const auto yes = [](bool value) { return std::string(value ? "yes" : "no"); };
  return {{"--columns", columns},
          {"--label", label},
          {"--loss", loss},
          {"--scale", text(scale)},
          {"--margin", text(margin)},
          {"--distance", text(distance)},
          {"--matryoshka", text(matryoshka)},
          {"--mini-batch", text(mini_batch)},
          {"--symmetric", yes(symmetric)},
          {"--score-range", score_range},
          {"--batch", std::to_string(batch)},
          {"--batch-tokens", std::to_string(batch_tokens)},
          {"--accumulate", std::to_string(accumulate)},
          {"--round-robin", yes(round_robin)},
          {"--learning-rate", number(rate)},
          {"--schedule", std::string(name_of(schedule))},
          {"--warmup", number(warmup)},
          {"--sgd", yes(sgd)},
          {"--weight-decay", number(decay)},
          {"--clip", number(clip)},
          {"--lazy", yes(lazy)},
          {"--layer-decay", number(layer_decay)},
          {"--freeze", freeze},
          {"--average", number(average)},
          {"--dropout", text(dropout)},
          {"--seed", std::to_string(seed)},
          {"--prompt", text(prompt)},
          {"--max-tokens", text(max_tokens)}};
}

std::vector<GivenPath> SentenceTrainingChoice::files() const {
  std::vector<GivenPath> files;
  for (const std::string& file : list(data)) files.push_back({"--data", file});
  if (teacher) files.push_back({"--teacher", ModelChoice{.model = *teacher}.folder()});
  return files;
}

SentenceTraining::SentenceTraining(const SentenceTrainingChoice& choice, bool quiet, std::stop_token stop)
    : model(load(choice)),
      encoder(model.shared_model(), model.kernels(), model.folder(), encoder_options(choice)),
      options(choice.trainer_options()) {
  print_notes(encoder, quiet);
  const train::LossData data = of_options([&] { return train::loss_data(choice.loss); });
  const bool scaled = !choice.score_range.empty();
  const auto [low, high] = scaled ? range_of(choice.score_range) : std::pair(0.0, 1.0);
  data::RowFormat format;
  format.texts = list(choice.columns);
  format.labels = list(choice.label);
  train::LossData wanted = data;
  if (scaled && data.label == train::Label::score) {
    wanted.least_score = low;
    wanted.greatest_score = high;
  }
  for (const std::string& file : list(choice.data)) {
    if (!sets.empty()) format = {.texts = list(choice.columns), .labels = list(choice.label)};
    sets.push_back(train::read_token_rows(file, format, wanted, encoder, classes, stop));
    train::TokenRows& rows = sets.back();
    if (scaled) {
      for (float& value : rows.label_values) value = static_cast<float>((double{value} - low) / (high - low));
    }
    if (rows.facts.texts != sets[0].facts.texts && data.label == train::Label::margins) {
      throw ArgumentError(fmt::format("{} has {} columns of texts, but {} has {}; all need as many", file,
                                      rows.facts.texts, sets[0].name, sets[0].facts.texts));
    }
    note_mistakes(rows.notes, quiet);
    if (!quiet) note(table_of_columns(file, rows.rows(), rows.columns));
    if (!quiet && rows.truncated > 0) {
      note(fmt::format(
          "{}: {} of {} texts are longer than the {} tokens that the model sees; the rest of them is not learned", file,
          rows.truncated, rows.rows() * rows.facts.texts, encoder.max_tokens().value_or(0)));
    }
  }
  if (data.label == train::Label::category && classes.names.size() < 2) {
    throw FormatError(fmt::format("{}: all rows have the class '{}'; the loss {} needs at least two classes",
                                  sets[0].name, classes.names[0], choice.loss));
  }
  options.prompt_tokens = encoder.prompt_tokens();
  loss = make(choice);
  if (data.label == train::Label::vector) add_teacher(choice, quiet, stop);
  settle_parameters(choice);

  identify(choice);
}

/// The model is known by the weights as they are before the first step, whatever files they are from, and by what else
/// makes vectors of them; data and a teacher's vectors by their content.
void SentenceTraining::identify(const SentenceTrainingChoice& choice) {
  identity.model = models::origin_content(model.folder()) ^ sum_of_configurations(choice.model.folder());
  for (const autograd::Parameter& parameter : model.parameters()) {
    identity.model = xxh64(std::as_bytes(std::span(parameter.values)), identity.model);
  }
  identity.settings = choice.settings();
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::uint64_t texts = xxh64(std::as_bytes(std::span(sets[i].ids)));
    const std::uint64_t labels = xxh64(std::as_bytes(std::span(sets[i].label_values)), texts);
    const std::string file = sets.size() == 1 ? "" : fmt::format(", file {},", i + 1);
    identity.settings.push_back({fmt::format("the rows of --data{}", file), fmt::format("{:x}", labels), false});
  }
  identity.settings.push_back({"--precision", std::string(kernels::name_of(model.kernels().precision))});
  identity.settings.push_back({"--isa", std::string(kernels::name_of(model.kernels().isa))});
}

train::Loss SentenceTraining::make(const SentenceTrainingChoice& choice) const {
  train::LossOptions wanted;
  wanted.dimensions = encoder.dimensions();
  wanted.classes = classes.names.size();
  wanted.seed = choice.seed;
  wanted.scale = as_float(choice.scale);
  wanted.margin = as_float(choice.margin);
  if (choice.distance) {
    wanted.distance = train::distance_named(*choice.distance);
    if (!wanted.distance) Options::refuse("--distance", "cosine, euclidean or manhattan", *choice.distance);
  }
  wanted.symmetric = choice.symmetric;
  wanted.mini_batch = choice.mini_batch;
  for (const std::string& each : list(choice.matryoshka.value_or(""))) {
    wanted.matryoshka.push_back(static_cast<std::size_t>(read_real("--matryoshka", each, {.least = 1})));
  }
  return of_options([&] { return train::make_loss(choice.loss, wanted); });
}

void SentenceTraining::add_teacher(const SentenceTrainingChoice& choice, bool quiet, std::stop_token stop) {
  if (!choice.teacher) throw UsageError("--loss mse learns a teacher's vectors; name the model with --teacher");
  engine::EncoderOptions wanted = encoder_options(choice);
  wanted.prompt.reset();
  const engine::Encoder teacher(ModelChoice{.model = *choice.teacher}.folder(), wanted);
  print_notes(teacher, quiet);
  if (teacher.dimensions() != encoder.dimensions()) {
    throw ArgumentError(fmt::format("the teacher's vectors have {} dimensions, the model's {}; they must agree",
                                    teacher.dimensions(), encoder.dimensions()));
  }
  std::vector<std::string> files = list(choice.data);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    train::TokenRows& rows = sets[i];
    Progress progress(quiet ? -1 : STDERR_FILENO, "the teacher's vectors", "rows", rows.rows());
    data::TrainingRowReader reader(files[i], {.texts = list(choice.columns), .labels = list(choice.label)});
    for (data::TrainingRow row; reader.next(row); progress.advance()) {
      const std::vector<std::string> texts(row.texts.begin(), row.texts.end());
      const engine::Embeddings vectors = teacher.embed(texts, stop);
      rows.label_values.insert(rows.label_values.end(), vectors.values.begin(), vectors.values.end());
    }
    rows.labels = rows.label_values.size() / rows.rows();
  }
}

void SentenceTraining::settle_parameters(const SentenceTrainingChoice& choice) {
  std::size_t layers = 0;
  for (const autograd::Parameter& parameter : model.parameters()) {
    if (const auto layer = layer_of(parameter.name)) layers = std::max(layers, *layer + 1);
  }
  for (autograd::Parameter& parameter : model.parameters()) {
    const auto layer = layer_of(parameter.name);
    const bool below = parameter.name.find("embeddings") != std::string::npos;
    const std::size_t depth = layer ? *layer + 1 : below ? 0 : layers + 1;
    parameter.rate_scale = static_cast<float>(std::pow(choice.layer_decay, static_cast<double>(layers + 1 - depth)));
  }
  for (const std::string& item : list(choice.freeze)) {
    bool found = false;
    for (autograd::Parameter& parameter : model.parameters()) {
      if (!means(item, parameter.name)) continue;
      parameter.frozen = found = true;
    }
    if (!found) throw UsageError(fmt::format("--freeze: no tensor of the model is meant by '{}'", item));
  }
  const auto trained = [](const autograd::Parameter& parameter) { return !parameter.frozen; };
  if (std::ranges::none_of(model.parameters(), trained)) {
    throw UsageError("--freeze: nothing would be left to train; freeze less");
  }
}

}  // namespace mana::cli
