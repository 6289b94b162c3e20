#include "mana/train/sentence/loss.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "mana/base/errors.h"
#include "mana/train/sentence/batch_check.h"

namespace mana::train {
namespace {

constexpr std::size_t kMiniBatch = 32;

/// A loss by its name: its data, its defaults, and which options it takes.
struct Entry {
  std::string_view name;
  LossData data;
  LossFunction (*objective)(const LossOptions&);  ///< null where it reconstructs
  std::optional<PairClassifier> (*head)(const LossOptions&) = nullptr;
  bool scale = false, margin = false, manhattan = false, symmetric = false, cached = false;
};

LossFunction ranking(const LossOptions& options) {
  const MultipleNegativesRanking defaults;
  return MultipleNegativesRanking{.scale = options.scale.value_or(defaults.scale), .symmetric = options.symmetric};
}

template <bool angle>
LossFunction cosent(const LossOptions& options) {
  return Cosent{.scale = options.scale.value_or(Cosent{}.scale), .angle = angle};
}

std::optional<PairClassifier> pair_classifier(const LossOptions& options) {
  if (options.classes < 2 || options.dimensions == 0) {
    throw ArgumentError(fmt::format(
        "the loss softmax needs a model with vectors and at least two classes, but got {} dimensions and {} classes",
        options.dimensions, options.classes));
  }
  if (!options.matryoshka.empty()) {
    throw ArgumentError(
        "the loss softmax reads whole vectors, which Matryoshka cuts off: take the one or the other, or the loss mnr");
  }
  return PairClassifier(options.classes, options.dimensions, options.seed);
}

/// The losses that have a distance and a margin.
template <class Type>
LossFunction with_distance(const LossOptions& options) {
  const Type defaults;
  return Type{.distance = options.distance.value_or(defaults.distance),
              .margin = options.margin.value_or(defaults.margin)};
}

template <class Type>
LossFunction without_options(const LossOptions&) {
  return Type{};
}

constexpr LossData kRanking{.most_texts = LossData::kAny, .negatives = true, .several_rows = true};
constexpr LossData kRanked{.label = Label::score, .several_rows = true};
constexpr LossData kBinary{.label = Label::binary};

constexpr std::array kEntries{
    Entry{.name = "mnr", .data = kRanking, .objective = ranking, .scale = true, .symmetric = true},
    Entry{
        .name = "cached-mnr", .data = kRanking, .objective = ranking, .scale = true, .symmetric = true, .cached = true},
    Entry{.name = "simcse",
          .data = {.least_texts = 1, .most_texts = 1, .twice = true, .negatives = true, .several_rows = true},
          .objective = ranking,
          .scale = true},
    Entry{.name = "tsdae", .data = {.least_texts = 1, .most_texts = 1, .reconstructs = true}, .objective = nullptr},
    Entry{.name = "cosent", .data = kRanked, .objective = cosent<false>, .scale = true},
    Entry{.name = "angle", .data = kRanked, .objective = cosent<true>, .scale = true},
    Entry{.name = "cosine",
          .data = {.label = Label::score, .least_score = -1, .greatest_score = 1},
          .objective = without_options<CosineSimilarity>},
    Entry{.name = "softmax",
          .data = {.label = Label::category},
          .objective = without_options<SoftmaxClassification>,
          .head = pair_classifier},
    Entry{.name = "triplet",
          .data = {.least_texts = 3, .most_texts = 3},
          .objective = with_distance<Triplet>,
          .margin = true,
          .manhattan = true},
    Entry{.name = "contrastive",
          .data = kBinary,
          .objective = with_distance<Contrastive>,
          .margin = true,
          .manhattan = true},
    Entry{.name = "online-contrastive",
          .data = kBinary,
          .objective = with_distance<OnlineContrastive>,
          .margin = true,
          .manhattan = true},
    Entry{.name = "batch-hard-triplet",
          .data = {.least_texts = 1, .most_texts = 1, .label = Label::category, .several_rows = true},
          .objective = with_distance<BatchHardTriplet>,
          .margin = true},
    Entry{.name = "mse",
          .data = {.least_texts = 1, .most_texts = LossData::kAny, .label = Label::vector},
          .objective = without_options<Distillation>},
    Entry{.name = "margin-mse",
          .data = {.least_texts = 3, .most_texts = LossData::kAny, .label = Label::margins},
          .objective = without_options<MarginMse>}};

constexpr auto kNames = [] {
  std::array<std::string_view, kEntries.size()> names;
  std::ranges::transform(kEntries, names.begin(), &Entry::name);
  return names;
}();

constexpr auto kVectorNames = [] {
  constexpr auto kIsFunction = [](const Entry& each) { return !each.data.reconstructs; };
  std::array<std::string_view, std::ranges::count_if(kEntries, kIsFunction)> names;
  auto next = names.begin();
  for (const Entry& each : kEntries) {
    if (kIsFunction(each)) *next++ = each.name;
  }
  return names;
}();

const Entry& entry(std::string_view name) {
  const auto* found = std::ranges::find(kEntries, name, &Entry::name);
  if (found == kEntries.end()) {
    throw ArgumentError(fmt::format("there is no loss \"{}\": choose one of {}", name, fmt::join(kNames, ", ")));
  }
  return *found;
}

void refuse_if(bool refused, std::string_view loss, std::string_view option) {
  if (refused) throw ArgumentError(fmt::format("the loss {} has no {}: leave it out", loss, option));
}

void check_positive(const std::optional<float>& value, std::string_view option) {
  if (value && !(*value > 0 && std::isfinite(*value))) {
    throw ArgumentError(fmt::format("the {} of a loss has to be a number above 0, not {}", option, *value));
  }
}

void check(const Entry& loss, const LossOptions& options) {
  refuse_if(options.scale.has_value() && !loss.scale, loss.name, "scale");
  refuse_if(options.margin.has_value() && !loss.margin, loss.name, "margin");
  refuse_if(options.distance.has_value() && !loss.margin, loss.name, "distance");
  refuse_if(options.distance == Distance::manhattan && !loss.manhattan, loss.name, "manhattan distance");
  refuse_if(options.symmetric && !loss.symmetric, loss.name, "symmetric form");
  refuse_if(options.mini_batch.has_value() && !loss.cached, loss.name, "mini-batch");
  if (loss.data.reconstructs && !options.matryoshka.empty()) {
    throw ArgumentError(
        fmt::format("the loss {} writes texts from whole vectors, which Matryoshka cuts off: take the one or the "
                    "other, or the loss "
                    "simcse",
                    loss.name));
  }
  check_positive(options.scale, "scale");
  check_positive(options.margin, "margin");
  if (options.mini_batch == 0U) throw ArgumentError("a mini-batch has to hold at least one text");
}

std::optional<Matryoshka> matryoshka(const LossOptions& options) {
  if (options.matryoshka.empty()) return std::nullopt;
  Matryoshka result{.dimensions = options.matryoshka, .weights = options.matryoshka_weights};
  if (result.weights.empty()) result.weights.assign(result.dimensions.size(), 1.0f);
  if (result.weights.size() != result.dimensions.size()) {
    throw ArgumentError(fmt::format("Matryoshka has {} lengths but {} weights: give one weight for each, or none",
                                    result.dimensions.size(), result.weights.size()));
  }
  for (const std::size_t dimensions : result.dimensions) {
    if (dimensions == 0 || dimensions > options.dimensions) {
      throw ArgumentError(fmt::format("Matryoshka's length {} is not between 1 and the model's {} dimensions",
                                      dimensions, options.dimensions));
    }
  }
  for (const float weight : result.weights) {
    if (!(weight >= 0 && std::isfinite(weight))) {
      throw ArgumentError(fmt::format("Matryoshka's weight {} is not a number from 0 on", weight));
    }
  }
  return result;
}

}  // namespace

autograd::Variable Loss::operator()(Columns columns, const Labels& labels) {
  check_batch(*this, columns, labels);
  const auto whole = [&](Columns texts, const Labels& wanted) {
    return std::visit([&](const auto& loss) { return loss(texts, wanted); }, objective);
  };
  if (head) return whole(std::array{(*head)(columns[0], columns[1])}, labels);
  if (!matryoshka) return whole(columns, labels);
  return (*matryoshka)(columns, labels, data.label == Label::vector, whole);
}

std::span<autograd::Parameter> Loss::parameters() {
  return head ? head->parameters() : std::span<autograd::Parameter>();
}

std::span<const std::string_view> loss_names() { return kNames; }

std::span<const std::string_view> vector_loss_names() { return kVectorNames; }

LossData loss_data(std::string_view name) { return entry(name).data; }

void require_loss_options(std::string_view name, const LossOptions& options) { check(entry(name), options); }

Loss make_loss(std::string_view name, const LossOptions& options) {
  const Entry& loss = entry(name);
  check(loss, options);
  if (loss.data.reconstructs) {
    throw ArgumentError(fmt::format("the loss {} is no function of vectors alone; train::DenoisingTask has it", name));
  }
  return {.name = std::string(name),
          .data = loss.data,
          .objective = loss.objective(options),
          .head = loss.head == nullptr ? std::nullopt : loss.head(options),
          .matryoshka = matryoshka(options),
          .mini_batch = loss.cached ? options.mini_batch.value_or(kMiniBatch) : 0};
}

}  // namespace mana::train
