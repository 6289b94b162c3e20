// The gradient of a step on all-MiniLM-L6-v2 beside PyTorch's (tools/golden/training.py).
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "fixtures.h"
#include "mana/formats/safetensors.h"
#include "mana/models/sentence/trainable_model.h"
#include "mana/text/tokenizer.h"
#include "mana/train/losses/loss.h"

namespace mana::parity {
namespace {

constexpr std::size_t kBatch = 16, kMostTokens = 256;

/// The rows of the first step.
struct Rows {
  Rows() {
    std::ifstream file(fixture("training/rows.jsonl"));
    std::string line;
    for (std::size_t row = 0; row < kBatch && std::getline(file, line); ++row) {
      const json::Document document = json::Document::parse(line, "rows.jsonl");
      for (const char* column : {"anchor", "positive", "negative"}) {
        texts[column].emplace_back(document.root().at(column).string());
      }
      scores.push_back(static_cast<float>(document.root().at("score").number()));
    }
  }
  std::map<std::string, std::vector<std::string>> texts;
  std::vector<float> scores;
};

/// The texts of one column, side by side.
struct Column {
  Column(const text::Tokenizer& tokenizer, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      tokenizer.append(text, {.max_tokens = kMostTokens}, ids);
      offsets.push_back(static_cast<std::uint32_t>(ids.size()));
    }
  }
  nn::PackedTokens tokens() const { return {ids, {}, offsets}; }
  std::vector<std::int32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
};

/// The sample of a gradient that the fixture has.
std::vector<float> sample(const autograd::Parameter& parameter, const json::Value& how) {
  std::vector<float> values(parameter.gradient.begin(), parameter.gradient.end());
  if (const auto rows = how.at("rows").array(); !rows.empty()) {
    values.clear();
    for (const json::Value& row : rows) {
      const auto gradient = parameter.gradient_row(static_cast<std::size_t>(row.integer()));
      values.insert(values.end(), gradient.begin(), gradient.end());
    }
  }
  std::vector<float> sampled;
  const auto stride = static_cast<std::size_t>(how.at("stride").integer());
  for (std::size_t i = 0; i < values.size(); i += stride) sampled.push_back(values[i]);
  return sampled;
}

struct Case {
  const char* name;  ///< in the fixture
  const char* loss;
};

class TrainingGradients : public testing::TestWithParam<Case> {};

TEST_P(TrainingGradients, EqualThoseOfPyTorch) {
  if (!std::filesystem::exists(minilm() / "model.safetensors")) {
    GTEST_SKIP() << "all-MiniLM-L6-v2 is not there; ./quickstart fetches it";
  }
  const json::Document document = json::Document::read(fixture("training/training.json"));
  const json::Value samples = document.root().at("samples").at("gradient");
  const auto losses = document.root().at("losses").array();
  const auto found = std::ranges::find_if(
      losses, [](const json::Value& value) { return value.at("name").string() == GetParam().name; });
  ASSERT_NE(found, losses.end());
  const auto fixtures = formats::Safetensors::open(fixture("training/training.safetensors"));
  const text::Tokenizer tokenizer = text::Tokenizer::load(minilm());
  const Rows rows;

  std::vector<kernels::Isa> levels = kernels::available_isas();
  if (levels.size() > 1) levels.erase(levels.begin());  // the reference's loops take their time
  if (kSanitized) levels = {levels.back()};
  for (const kernels::Isa isa : levels) {
    models::TrainableModel model(formats::read_sentence_folder(minilm()), isa, kernels::Precision::f32);
    train::Loss loss = train::make_loss(GetParam().loss, {.dimensions = model.model().dimensions});
    Pool pool;
    Team team(2);
    autograd::Tape tape({model.kernels(), pool, &team});
    nn::Masks masks;
    std::vector<Column> columns;
    for (const json::Value& column : found->at("columns").array()) {
      columns.emplace_back(tokenizer, rows.texts.at(std::string(column.string())));
    }
    std::vector<autograd::Variable> vectors;
    vectors.reserve(columns.size());
    for (const Column& column : columns) vectors.push_back(model(model.training(tape, masks), column.tokens()));
    Tensor labels = tape.tensor(kBatch, 1);
    std::ranges::copy(rows.scores, labels.data());
    const autograd::Variable value = loss(tape, vectors, labels);
    const double expected = found->at("losses").array().front().number();
    EXPECT_NEAR(value.value().data()[0], expected, 1e-5 * expected) << kernels::name_of(isa);
    tape.backward(value);

    for (const autograd::Parameter& parameter : model.parameters()) {
      const auto how = samples.find(parameter.name);
      if (!how) continue;
      const std::vector<float> gradient = sample(parameter, *how);
      std::vector<float> reference(gradient.size());
      formats::to_f32(fixtures.tensors().at(std::string(GetParam().name) + "/gradient/" + parameter.name), reference);
      double wrong = 0, length = 0;
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        wrong += std::pow(double{gradient[i]} - reference[i], 2);
        length += std::pow(double{reference[i]}, 2);
      }
      const double difference = std::sqrt(wrong / length);
      EXPECT_LE(difference, 2e-5) << kernels::name_of(isa) << " " << parameter.name;
      RecordProperty(std::string(kernels::name_of(isa)) + " " + parameter.name, std::to_string(difference * 1e6));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Losses, TrainingGradients,
                         testing::Values(Case{"mnr", "mnr"}, Case{"mnr-hard-negatives", "mnr"},
                                         Case{"cosent", "cosent"}),
                         [](const auto& test) {
                           std::string name = test.param.name;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace mana::parity
