#include "mana/train/sentence/gradient_cache.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "mana/autograd/gradient_check.h"
#include "mana/autograd/operations.h"

namespace mana::train {
namespace {

constexpr std::size_t kRows = 11, kInputs = 5, kDimensions = 4;

/// A model of one matrix: the vectors are X Wᵀ.
class GradientCacheTest : public testing::Test {
 protected:
  GradientCacheTest() : weights_(kDimensions * kInputs), gradient_(weights_.size()) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (float& weight : weights_) weight = normal(random);
    for (std::vector<float>& column : texts_) {
      column.resize(kRows * kInputs);
      for (float& value : column) value = normal(random);
    }
    parameter_.rows = kDimensions;
    parameter_.columns = kInputs;
    parameter_.values = weights_;
    parameter_.gradient = gradient_;
  }

  autograd::Variable embed(autograd::Tape& tape, std::size_t column, std::size_t begin, std::size_t end) {
    Tensor x = tape.tensor(end - begin, kInputs);
    std::copy_n(texts_[column].data() + begin * kInputs, (end - begin) * kInputs, x.data());
    largest_ = std::max(largest_, end - begin);
    return product(tape.constant(std::move(x)), parameter_value(tape, parameter_));
  }

  std::vector<float> weights_, gradient_, texts_[3];
  autograd::Parameter parameter_;
  std::size_t largest_ = 0;
  Pool pool_;
  kernels::Run run_{kernels::table(kernels::choose_isa()), pool_};
};

TEST_F(GradientCacheTest, GivesTheGradientsOfTheWholeBatch) {
  for (const std::vector<std::size_t>& matryoshka : {std::vector<std::size_t>{}, {4, 2}}) {
    Loss loss = make_loss("cached-mnr", {.dimensions = kDimensions, .symmetric = true, .matryoshka = matryoshka});
    EXPECT_EQ(loss.mini_batch, 32U);
    autograd::Tape tape(run_);
    std::vector<autograd::Variable> columns;
    for (std::size_t column = 0; column < 3; ++column) columns.push_back(embed(tape, column, 0, kRows));
    const autograd::Variable value = loss(columns, {});
    const float whole = value.value().data()[0];
    tape.backward(0.25f * value);
    const std::vector<float> expected = std::exchange(gradient_, std::vector<float>(gradient_.size()));
    parameter_.gradient = gradient_;

    for (const std::size_t mini_batch : {1, 3, 64}) {
      largest_ = 0;
      const float cached = cached_gradients(
          loss, run_, 3, kRows, {}, mini_batch,
          [this](autograd::Tape& on, std::size_t column, std::size_t begin, std::size_t end) {
            return embed(on, column, begin, end);
          },
          0.25f);
      EXPECT_LE(largest_, mini_batch);
      EXPECT_FLOAT_EQ(cached, whole);
      EXPECT_LE(autograd::relative_difference(gradient_, expected), 1e-5);
      std::ranges::fill(gradient_, 0.0f);
    }
  }
}

}  // namespace
}  // namespace mana::train
