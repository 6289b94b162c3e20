// Value and gradients of every loss against sentence-transformers, and against measured derivatives.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "mana/autograd/gradient_check.h"
#include "mana/base/json.h"
#include "mana/train/sentence/loss.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

using Numbers = std::vector<double>;

/// Numbers, lists of them and lists of those, row after row.
void flatten(const json::Value& value, Numbers& out) {
  if (!value.is_array()) return out.push_back(value.number());
  for (const json::Value& element : value.array()) flatten(element, out);
}

Numbers flat(const json::Value& value) {
  Numbers numbers;
  flatten(value, numbers);
  return numbers;
}

struct Matrix {
  std::size_t rows;
  std::vector<float> values;

  explicit Matrix(const json::Value& value) : rows(value.array().size()) {
    const Numbers numbers = flat(value);
    values.assign(numbers.begin(), numbers.end());
  }
  Tensor tensor(const kernels::Run& run) const {
    Tensor tensor = run.tensor(rows, values.size() / rows);
    std::copy(values.begin(), values.end(), tensor.data());
    return tensor;
  }
};

std::span<const float> values_of(const Tensor& x) { return {x.data(), x.rows() * x.columns()}; }

/// A case of the fixture: a loss on a batch, and what the reference makes of it.
struct Case {
  explicit Case(const json::Value& value)
      : name(value.at("name").string()), loss(make(value)), expected(value.at("value").number()) {
    for (const json::Value& column : value.at("columns").array()) columns.emplace_back(column);
    if (const auto given = value.find("labels")) labels.emplace_back(*given);
    for (const json::Value& gradient : value.at("gradients").array()) gradients.push_back(flat(gradient));
    if (const auto head = value.find("head")) {
      for (const auto& [part, key] : {std::pair{0, "weight"}, {1, "bias"}}) {
        const Numbers numbers = flat(head->at(key));
        std::copy(numbers.begin(), numbers.end(), loss.parameters()[part].values.begin());
        head_gradients.push_back(flat(value.at("head_gradients").at(key)));
      }
    }
  }

  autograd::Variable operator()(autograd::Tape& tape, std::vector<autograd::Variable>& leaves) {
    for (const Matrix& column : columns) leaves.push_back(tape.leaf(column.tensor(tape.run())));
    Labels given;
    if (!labels.empty()) given.values = labels[0].tensor(tape.run());
    if (loss.data.label == Label::category) given.classes.assign(labels[0].values.begin(), labels[0].values.end());
    return loss(leaves, given);
  }

  std::string name;
  Loss loss;
  double expected;
  std::vector<Matrix> columns, labels;
  std::vector<Numbers> gradients, head_gradients;

 private:
  static Loss make(const json::Value& value) {
    std::string type(value.at("loss").string());
    const json::Value given = value.at("options");
    LossOptions options{.dimensions = 8};
    if (const auto scale = given.find("scale")) options.scale = static_cast<float>(scale->number());
    if (const auto margin = given.find("margin")) options.margin = static_cast<float>(margin->number());
    if (const auto distance = given.find("distance")) options.distance = distance_named(distance->string());
    if (const auto symmetric = given.find("symmetric")) options.symmetric = symmetric->boolean();
    if (const auto classes = given.find("classes")) options.classes = static_cast<std::size_t>(classes->integer());
    if (const auto dimensions = given.find("dimensions")) {
      for (const double length : flat(*dimensions)) options.matryoshka.push_back(static_cast<std::size_t>(length));
      for (const double weight : flat(given.at("weights"))) {
        options.matryoshka_weights.push_back(static_cast<float>(weight));
      }
      type = type.substr(type.find('-') + 1);  // "matryoshka-cosent"
    }
    return make_loss(type == "cosine-mse" ? "cosine" : type, options);
  }
};

std::vector<Case> cases() {
  const std::filesystem::path path = fixture_path("training/losses.json");
  const json::Document document = json::Document::read(path);
  std::vector<Case> all;
  for (const json::Value& value : document.root().at("cases").array()) all.emplace_back(value);
  return all;
}

TEST(LossesTest, AreThoseOfSentenceTransformers) {
  std::vector<std::string> seen;
  for (Case& test : cases()) {
    SCOPED_TRACE(test.name);
    seen.push_back(test.loss.name);
    for (const kernels::Isa isa : kernels::available_isas()) {
      Pool pool;
      autograd::Tape tape(kernels::Run{kernels::table(isa), pool});
      std::vector<autograd::Variable> leaves;
      const autograd::Variable value = test(tape, leaves);
      EXPECT_NEAR(value.value().data()[0], test.expected, 1e-5 * std::abs(test.expected));
      tape.backward(value);
      for (std::size_t column = 0; column < leaves.size(); ++column) {
        EXPECT_LE(autograd::relative_difference(values_of(leaves[column].gradient()), test.gradients[column]), 1e-5)
            << "column " << column;
      }
      for (std::size_t part = 0; part < test.head_gradients.size(); ++part) {
        std::span<float> gradient = test.loss.parameters()[part].gradient;
        EXPECT_LE(autograd::relative_difference(gradient, test.head_gradients[part]), 1e-5) << "parameter " << part;
        std::ranges::fill(gradient, 0.0f);
      }
    }
  }
  for (const std::string_view name : vector_loss_names()) {
    if (name == "simcse" || name == "cached-mnr") continue;  // ways of computing mnr, tested beside this
    EXPECT_NE(std::ranges::find(seen, name), seen.end()) << "no case of " << name;
  }
}

TEST(LossesTest, GradientsAreTheMeasuredOnes) {
  for (Case& test : cases()) {
    SCOPED_TRACE(test.name);
    Pool pool;
    autograd::Tape tape(kernels::Run{kernels::table(kernels::choose_isa()), pool});
    std::vector<autograd::Variable> leaves;
    const auto value = [&] {
      autograd::Tape again(tape.run());
      std::vector<autograd::Variable> unused;
      return static_cast<double>(test(again, unused).value().data()[0]);
    };
    tape.backward(test(tape, leaves));
    for (std::size_t column = 0; column < leaves.size(); ++column) {
      const Numbers measured = autograd::central_differences(value, std::span(test.columns[column].values), 4e-3f);
      const Numbers gradient(values_of(leaves[column].gradient()).begin(), values_of(leaves[column].gradient()).end());
      double largest = 0, difference = 0;  // the measured one has the rounding of f32
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        largest = std::max(largest, std::abs(gradient[i]));
        difference = std::max(difference, std::abs(gradient[i] - measured[i]));
      }
      EXPECT_LE(difference, 0.01 * largest + 1e-3) << "column " << column;
    }
  }
}

TEST(LossesTest, ThreadsChangeNoBit) {
  Team team(3);
  for (Case& test : cases()) {
    SCOPED_TRACE(test.name);
    Pool pool;
    std::vector<std::vector<float>> results;
    for (Team* threads : {static_cast<Team*>(nullptr), &team}) {
      autograd::Tape tape(kernels::Run{kernels::table(kernels::choose_isa()), pool, threads});
      std::vector<autograd::Variable> leaves;
      const autograd::Variable value = test(tape, leaves);
      std::vector<float>& result = results.emplace_back(1, value.value().data()[0]);
      tape.backward(value);
      for (const autograd::Variable& leaf : leaves) {
        result.insert(result.end(), values_of(leaf.gradient()).begin(), values_of(leaf.gradient()).end());
      }
    }
    EXPECT_EQ(results[0], results[1]);
  }
}

}  // namespace
}  // namespace mana::train
