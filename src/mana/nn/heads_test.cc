// The heads of pre-training: their definition's gradient is the measured one, and theirs is the definition's.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "amx_emulator/levels.h"
#include "mana/autograd/gradient_check.h"
#include "mana/autograd/operations.h"
#include "mana/nn/masked_word_head.h"
#include "mana/nn/next_sentence_head.h"
#include "mana/nn/reference_heads.h"
#include "mana/nn/test_layers.h"

namespace mana::nn {
namespace {

using reference::Values;

constexpr std::size_t kRows = 5, kModel = 16, kWords = 23;
const std::vector<std::uint32_t> kHidden = {3, 22, 0, 3, 11}, kNext = {0, 1, 1, 0, 1};

Values drawn(std::size_t size, unsigned seed) {
  const std::vector<float> values = random_values(size, seed);
  return {values.begin(), values.end()};
}

reference::Map drawn_map(std::size_t outputs, std::size_t inputs, unsigned seed) {
  return {outputs, inputs, drawn(outputs * inputs, seed), drawn(outputs, seed + 1)};
}

reference::MaskedWordHead word_head() {
  reference::MaskedWordHead head{drawn_map(kModel, kModel, 1), drawn(kModel, 3), drawn(kModel, 4),
                                 drawn_map(kWords, kModel, 5)};
  for (double& each : head.gamma) each += 1;
  return head;
}
reference::NextSentenceHead next_head() { return {drawn_map(kModel, kModel, 7), drawn_map(2, kModel, 9)}; }

reference::MaskedWordHead zeros_like(const reference::MaskedWordHead& head) {
  return {head.transform.like(), Values(kModel), Values(kModel), head.decoder.like()};
}
reference::NextSentenceHead zeros_like(const reference::NextSentenceHead& head) {
  return {head.pooler.like(), head.classes.like()};
}

std::vector<Values*> tensors_of(reference::MaskedWordHead& head) {
  return {&head.transform.w, &head.transform.b, &head.gamma, &head.beta, &head.decoder.w, &head.decoder.b};
}
std::vector<Values*> tensors_of(reference::NextSentenceHead& head) {
  return {&head.pooler.w, &head.pooler.b, &head.classes.w, &head.classes.b};
}

template <class Head>
void expect_measured_gradient(Head head, const std::vector<std::uint32_t>& labels) {
  Values x = drawn(kRows * kModel, 11);
  Head sums = zeros_like(head);
  const Values dx = head.gradient(x, labels, sums);
  const auto expect_near = [&](const Values& computed, Values& weights) {
    const auto loss = [&] { return head.loss(x, labels); };
    const std::vector<double> measured = autograd::central_differences(loss, std::span(weights), 1e-5);
    EXPECT_LE(autograd::relative_difference(computed, measured), 1e-6);
  };
  expect_near(dx, x);
  const std::vector<Values*> all = tensors_of(head), gradients = tensors_of(sums);
  for (std::size_t i = 0; i < all.size(); ++i) expect_near(*gradients[i], *all[i]);
}

TEST(Heads, TheGradientOfTheDefinitionIsTheMeasuredOne) {
  expect_measured_gradient(word_head(), kHidden);
  expect_measured_gradient(next_head(), kNext);
}

/// A definition's weights as parameters, their gradients zero.
class TrainedWeights {
 public:
  Parameter* add(std::size_t rows, const Values& values) {
    std::vector<float>& own = values_.emplace_back(values.begin(), values.end());
    std::vector<float>& gradient = gradients_.emplace_back(values.size());
    Parameter& parameter = list.emplace_back();
    parameter.name = "weights " + std::to_string(list.size());
    parameter.rows = rows;
    parameter.columns = values.size() / rows;
    parameter.values = own;
    parameter.gradient = gradient;
    return &parameter;
  }
  void add(Linear& layer, const kernels::Table& kernels, const reference::Map& map) {
    layer.weights = kernels::MatrixWeights(map.outputs, map.inputs, kernels.layout);
    TrainedLinear trained{{add(map.outputs, map.w)}, {add(1, map.b)}};
    layer.weights.set(0, trained.weights[0]->values, trained.biases[0]->values);
    parts.add(layer, std::move(trained));
  }
  void add(LayerNorm& layer, const Values& gamma, const Values& beta) {
    layer.gamma.assign(gamma.begin(), gamma.end());
    layer.beta.assign(beta.begin(), beta.end());
    parts.add(layer, TrainedNorm{add(1, gamma), add(1, beta)});
  }

  std::deque<Parameter> list;
  TrainedParts parts;

 private:
  std::deque<std::vector<float>> values_, gradients_;
};

class HeadsTest : public testing::TestWithParam<Level> {
 protected:
  /// The sum of losses that `record(training, x)` puts on a tape, against the definition's.
  template <class Head, class Record>
  void expect_gradient(Head head, const std::vector<std::uint32_t>& labels, TrainedWeights& weights,
                       const Record& record) {
    const double tolerance = GetParam().second == kernels::Precision::f32 ? 1e-5 : 0.03;
    const Values values = drawn(kRows * kModel, 11);
    Head sums = zeros_like(head);
    const Values dx = head.gradient(values, labels, sums);
    Pool pool;
    autograd::Tape tape({kernels, pool});
    Masks masks;
    Tensor input = tape.tensor(kRows, kModel);
    std::copy(values.begin(), values.end(), input.data());
    const Variable x = tape.leaf(std::move(input));
    const Variable loss = record(Training{tape, weights.parts, masks}, x);
    EXPECT_NEAR(loss.value().data()[0], head.loss(values, labels), tolerance * head.loss(values, labels));
    tape.backward(loss);
    const std::vector<float> computed(x.gradient().data(), x.gradient().data() + kRows * kModel);
    EXPECT_LE(autograd::relative_difference(computed, dx), tolerance);
    const std::vector<Values*> expected = tensors_of(sums);
    ASSERT_EQ(weights.list.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_LE(autograd::relative_difference(weights.list[i].gradient, *expected[i]), tolerance) << i;
    }
  }

  const kernels::Table& kernels = kernels::table(GetParam().first, GetParam().second);
};

TEST_P(HeadsTest, MaskedWordsHaveTheGradientOfTheDefinition) {
  const reference::MaskedWordHead definition = word_head();
  MaskedWordHead head;
  TrainedWeights weights;
  weights.add(head.transform, kernels, definition.transform);
  weights.add(head.norm, definition.gamma, definition.beta);
  weights.add(head.decoder, kernels, definition.decoder);
  expect_gradient(definition, kHidden, weights, [&](const Training& training, const Variable& x) {
    return autograd::sum(head.losses(training, x, kHidden));
  });
}

TEST_P(HeadsTest, NextSentencesHaveTheGradientOfTheDefinition) {
  const reference::NextSentenceHead definition = next_head();
  NextSentenceHead head;
  TrainedWeights weights;
  weights.add(head.pooler, kernels, definition.pooler);
  weights.add(head.classes, kernels, definition.classes);
  expect_gradient(definition, kNext, weights, [&](const Training& training, const Variable& x) {
    return static_cast<float>(kRows) * autograd::cross_entropy(head(training, x), kNext);
  });
}

std::vector<Level> trained_levels() {
  std::vector<Level> levels;
  for (const Level& level : amx_emulator::tested_levels()) {
    if (level.second != kernels::Precision::int8) levels.push_back(level);
  }
  return levels;
}

INSTANTIATE_TEST_SUITE_P(Levels, HeadsTest, testing::ValuesIn(trained_levels()), [](const auto& level) {
  return std::string(kernels::name_of(level.param.first)) + "_" + std::string(kernels::name_of(level.param.second));
});

}  // namespace
}  // namespace mana::nn
