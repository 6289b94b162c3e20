// Ten steps of fine-tuning all-MiniLM-L6-v2, with each loss, beside sentence-transformers (tools/golden/training.py).
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <ostream>

#include "fixtures.h"
#include "mana/formats/safetensors.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/text/tokenizer.h"
#include "mana/train/optimizer.h"
#include "mana/train/sentence/gradient_cache.h"
#include "mana/train/sentence/loss.h"
#include "tests/support/sanitized.h"

namespace mana::parity {
namespace {

// Relative; of single weights there is no tight bound: Adam makes whole steps of the rounding of gradients near zero.
constexpr double kLossBound = 1e-5, kGradientBound = 2e-5, kUpdateBound = 2e-3;
constexpr std::size_t kMostTokens = 256;

struct Case {
  std::string name;  ///< in the fixture
  kernels::Isa isa;

  friend void PrintTo(const Case& test, std::ostream* out) {
    *out << test.name << " at " << kernels::name_of(test.isa);
  }
};

train::Loss make_loss(const std::string& name, const json::Value& given, std::size_t dimensions) {
  static const std::map<std::string, std::string> names = {
      {"mnr-hard-negatives", "mnr"}, {"mnr-symmetric", "mnr"},         {"mnr-cached", "cached-mnr"},
      {"cosine-mse", "cosine"},      {"triplet-euclidean", "triplet"}, {"triplet-cosine", "triplet"},
      {"matryoshka-mnr", "mnr"}};
  train::LossOptions options{.dimensions = dimensions};
  if (const auto scale = given.find("scale")) options.scale = static_cast<float>(scale->number());
  if (const auto margin = given.find("margin")) options.margin = static_cast<float>(margin->number());
  if (const auto classes = given.find("classes")) options.classes = static_cast<std::size_t>(classes->integer());
  if (const auto texts = given.find("mini_batch")) options.mini_batch = static_cast<std::size_t>(texts->integer());
  if (name == "triplet-cosine") options.distance = train::Distance::cosine;
  options.symmetric = name == "mnr-symmetric";
  if (const auto lengths = given.find("dimensions")) {
    for (const json::Value& length : lengths->array()) {
      options.matryoshka.push_back(static_cast<std::size_t>(length.integer()));
    }
    for (const json::Value& weight : given.at("weights").array()) {
      options.matryoshka_weights.push_back(static_cast<float>(weight.number()));
    }
  }
  const auto found = names.find(name);
  return train::make_loss(found == names.end() ? name : found->second, options);
}

/// What the reference implementation did with a loss.
struct Reference {
  explicit Reference(const std::string& loss) {
    for (const json::Value& each : document.root().at("losses").array()) {
      if (each.at("name").string() == loss) entry = each;
    }
    std::ifstream file(fixture("training/rows.jsonl"));
    for (std::string line; std::getline(file, line);) rows.push_back(json::Document::parse(line, "rows.jsonl"));
  }

  std::vector<float> tensor(const std::string& name) const {
    const formats::StoredTensor& stored = tensors.tensors().at(name);
    std::vector<float> values(formats::element_count(stored.shape));
    formats::to_f32(stored, values);
    return values;
  }
  /// of: "gradient" or "update"
  std::vector<float> sample(const std::string& of, const std::string& name) const {
    const json::Value loss = entry.find("equals").value_or(entry.at("name"));
    return tensor(std::string(loss.string()) + "/" + of + "/" + name);
  }

  json::Document document = json::Document::read(fixture("training/training.json"));
  formats::Safetensors tensors = formats::Safetensors::open(fixture("training/training.safetensors"));
  json::Value entry = document.root();                  ///< the loss's
  json::Value samples = document.root().at("samples");  ///< what was taken of each tensor
  std::size_t batch = static_cast<std::size_t>(document.root().at("batch").integer());
  double rate = document.root().at("learning_rate").number();
  std::vector<json::Document> rows;
};

/// The numbers of a tensor [?, columns] that the fixture has.
std::vector<float> sample(std::span<const float> tensor, std::size_t columns, const json::Value& how) {
  std::vector<float> values(tensor.begin(), tensor.end());
  if (const auto rows = how.at("rows").array(); !rows.empty()) {
    values.clear();
    for (const json::Value& row : rows) {
      const auto numbers = tensor.subspan(static_cast<std::size_t>(row.integer()) * columns, columns);
      values.insert(values.end(), numbers.begin(), numbers.end());
    }
  }
  std::vector<float> sampled;
  const auto stride = static_cast<std::size_t>(how.at("stride").integer());
  for (std::size_t i = 0; i < values.size(); i += stride) sampled.push_back(values[i]);
  return sampled;
}

/// ‖found − expected‖² and ‖expected‖², added up over tensors.
struct Difference {
  double wrong = 0, whole = 0;

  void add(std::span<const float> found, std::span<const float> expected, double weight = 1) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      wrong += weight * std::pow(double{found[i]} - double{expected[i]}, 2);
      whole += weight * std::pow(double{expected[i]}, 2);
    }
  }
  double relative() const { return std::sqrt(wrong / whole); }
};

double squares(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += double{value} * double{value};
  return sum;
}

class Training : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(minilm() / "model.safetensors")) {
      GTEST_SKIP() << "all-MiniLM-L6-v2 is not there; ./quickstart fetches it";
    }
  }
};

/// A model that learns from the fixture's rows, 16 in each step.
class Learner {
 public:
  explicit Learner(const Case& test, const Reference& reference)
      : reference_(reference),
        model_(formats::read_sentence_folder(minilm()), test.isa, kernels::Precision::f32),
        loss_(make_loss(test.name, reference.entry.at("options"), model_.model().dimensions)) {
    for (const json::Value& column : reference.entry.at("columns").array()) columns_.emplace_back(column.string());
    for (autograd::Parameter& parameter : model_.parameters()) {
      parameter.frozen = parameter.name.ends_with("attention.self.key.bias");  // their true gradient is zero
      before_[parameter.name].assign(parameter.values.begin(), parameter.values.end());
    }
    for (const std::size_t part : {0, 1}) {
      if (loss_.parameters().empty()) break;
      const std::string name = part == 0 ? "head.weight" : "head.bias";
      before_[name] = reference.tensor("softmax/" + name);
      std::ranges::copy(before_[name], loss_.parameters()[part].values.begin());
    }
    encoder_.emplace(model_.parameters(), train::AdamW{.decay = 0});
    head_.emplace(loss_.parameters(), train::AdamW{.decay = 0});
  }

  /// The loss of the next batch; its gradients are added to the parameters'.
  float differentiate() {
    packed_.clear();
    const std::size_t first = encoder_->steps() * reference_.batch;
    const auto embed = [&](autograd::Tape& tape, std::size_t column, std::size_t begin, std::size_t end) {
      Packed& texts = packed_.emplace_back();
      for (std::size_t row = first + begin; row < first + end; ++row) {
        const json::Value text = reference_.rows[row].root().at(columns_[column]);
        tokenizer_.append(text.string(), {.max_tokens = kMostTokens}, texts.ids);
        texts.offsets.push_back(static_cast<std::uint32_t>(texts.ids.size()));
      }
      return model_(model_.training(tape, masks_), {texts.ids, {}, texts.offsets});
    };
    train::Labels labels{.values = labels_of(first)};
    if (loss_.data.label == train::Label::category) {
      labels.classes.assign(labels.values.data(), labels.values.data() + labels.values.rows());
    }
    if (loss_.mini_batch > 0) {
      return train::cached_gradients(loss_, run_, columns_.size(), reference_.batch, labels, loss_.mini_batch, embed);
    }
    autograd::Tape tape(run_);
    std::vector<autograd::Variable> vectors;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      vectors.push_back(embed(tape, column, 0, reference_.batch));
    }
    const autograd::Variable loss = loss_(vectors, labels);
    const float value = loss.value().data()[0];
    tape.backward(loss);
    return value;
  }

  void update() {
    encoder_->step(run_, reference_.rate);
    head_->step(run_, reference_.rate);
    encoder_->catch_up(run_);
    model_.refresh(run_);
  }

  /// The parameters that learn, by the names that the fixture has.
  std::map<std::string, const autograd::Parameter*> parameters() {
    std::map<std::string, const autograd::Parameter*> learning;
    for (const autograd::Parameter& parameter : model_.parameters()) {
      if (!parameter.frozen) learning[parameter.name] = &parameter;
    }
    if (!loss_.parameters().empty()) {
      learning["head.weight"] = &loss_.parameters()[0];
      learning["head.bias"] = &loss_.parameters()[1];
    }
    return learning;
  }
  const std::vector<float>& before(const std::string& parameter) const { return before_.at(parameter); }

 private:
  struct Packed {
    std::vector<std::int32_t> ids;
    std::vector<std::uint32_t> offsets = {0};
  };

  Tensor labels_of(std::size_t first) const {
    const auto key = reference_.entry.find("labels");
    if (!key) return {};
    if (key->string() == "teacher") {
      const std::vector<float> vectors = reference_.tensor("teacher");
      const std::size_t width = model_.model().dimensions;
      Tensor labels = run_.tensor(reference_.batch, width);
      std::copy_n(vectors.data() + first * width, reference_.batch * width, labels.data());
      return labels;
    }
    Tensor labels = run_.tensor(reference_.batch, 1);
    for (std::size_t row = 0; row < reference_.batch; ++row) {
      labels.data()[row] = static_cast<float>(reference_.rows[first + row].root().at(key->string()).number());
    }
    return labels;
  }

  const Reference& reference_;
  models::TrainableModel model_;
  train::Loss loss_;
  std::vector<std::string> columns_;
  std::map<std::string, std::vector<float>> before_;
  text::Tokenizer tokenizer_ = text::Tokenizer::load(minilm());
  Pool pool_;
  Team team_{2};
  kernels::Run run_{model_.kernels(), pool_, &team_};
  nn::Masks masks_;  // no dropout
  std::optional<train::Optimizer> encoder_, head_;
  std::deque<Packed> packed_;  // of a step: they live until its gradients have flowed back
};

TEST_P(Training, TenStepsAreThoseOfSentenceTransformers) {
  const Reference reference(GetParam().name);
  Learner learner(GetParam(), reference);
  const auto losses = reference.entry.at("losses").array();
  double worst_loss = 0, worst_gradient = 0;
  for (std::size_t step = 0; step < (kSanitized ? 2 : losses.size()); ++step) {
    const double expected = losses[step].number(), found = double{learner.differentiate()};
    EXPECT_NEAR(found, expected, kLossBound * expected) << "step " << step + 1;
    worst_loss = std::max(worst_loss, std::abs(found - expected) / expected);
    if (step == 0) {
      const auto parameters = learner.parameters();
      for (const auto& [name, norm] : reference.entry.at("gradient_norms").object()) {
        const autograd::Parameter& parameter = *parameters.at(std::string(name));
        EXPECT_NEAR(std::sqrt(squares(parameter.gradient)), norm.number(), kGradientBound * norm.number()) << name;
        Difference difference;
        difference.add(sample(parameter.gradient, parameter.columns, reference.samples.at("gradient").at(name)),
                       reference.sample("gradient", std::string(name)));
        EXPECT_LE(difference.relative(), kGradientBound) << name;
        worst_gradient = std::max(worst_gradient, difference.relative());
      }
    }
    learner.update();
  }
  RecordProperty("largest_difference_of_a_loss", std::to_string(worst_loss * 1e6) + "e-6");
  RecordProperty("largest_difference_of_a_gradient", std::to_string(worst_gradient * 1e6) + "e-6");
  if (kSanitized) return;

  Difference update;
  double norm = 0;
  const json::Value norms = reference.entry.at("update_norms");
  const auto parameters = learner.parameters();
  EXPECT_EQ(parameters.size(), norms.object().size());
  for (const auto& [name, parameter] : parameters) {
    std::vector<float> moved(parameter->values.begin(), parameter->values.end());
    for (std::size_t i = 0; i < moved.size(); ++i) moved[i] -= learner.before(name)[i];
    const json::Value how = reference.samples.at("update").at(name);
    update.add(sample(moved, parameter->columns, how), reference.sample("update", name), how.at("stride").number());
    norm += squares(moved);
    const double expected = norms.at(name).number();
    EXPECT_NEAR(std::sqrt(squares(moved)), expected, kUpdateBound * expected) << name;
  }
  EXPECT_LE(update.relative(), kUpdateBound);
  const double expected = reference.entry.at("update_norm").number();
  EXPECT_NEAR(std::sqrt(norm), expected, kUpdateBound * expected);
  RecordProperty("difference_of_the_update", std::to_string(update.relative()));
}

/// Every loss at the machine's best level, one at each other but the reference, whose loops take their time.
std::vector<Case> cases() {
  const kernels::Isa best = kernels::choose_isa();
  if (kSanitized) return {{"softmax", best}};
  std::vector<Case> all;
  for (const char* name : {"mnr", "mnr-hard-negatives", "mnr-symmetric", "mnr-cached", "cosent", "angle", "cosine-mse",
                           "softmax", "triplet-euclidean", "triplet-cosine", "contrastive", "online-contrastive",
                           "batch-hard-triplet", "matryoshka-mnr", "mse", "margin-mse"}) {
    all.push_back({name, best});
  }
  for (const kernels::Isa isa : kernels::available_isas()) {
    if (isa != best && isa != kernels::Isa::portable) all.push_back({"mnr", isa});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Losses, Training, testing::ValuesIn(cases()), [](const auto& test) {
  std::string name = test.param.name + "_" + std::string(kernels::name_of(test.param.isa));
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace mana::parity
