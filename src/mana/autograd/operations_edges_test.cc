// What operations do with zeros, infinities, NaN and nothing at all.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "mana/autograd/operations.h"

namespace mana::autograd {
namespace {

Tensor of(const Tape& tape, std::size_t rows, const std::vector<float>& values) {
  Tensor tensor = tape.tensor(rows, values.size() / rows);
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

class OperationEdgesTest : public testing::Test {
 protected:
  Pool pool_;
  Tape tape_{kernels::Run{kernels::table(kernels::choose_isa()), pool_}};
};

TEST_F(OperationEdgesTest, NormsOfZeroHaveNoSlope) {
  const Variable x = tape_.leaf(of(tape_, 2, {0, 0, 3, 4}));
  const Variable y = row_norms(x);
  EXPECT_EQ(y.value().data()[1], 5);
  tape_.backward(y, of(tape_, 2, {1, 1}));
  EXPECT_EQ(std::vector<float>(x.gradient().data(), x.gradient().data() + 4), (std::vector<float>{0, 0, 0.6f, 0.8f}));
}

TEST_F(OperationEdgesTest, ZeroVectorsAreNormalizedByTheLeastNorm) {
  const Variable x = tape_.leaf(of(tape_, 1, {0, 0}));
  const Variable y = normalize_rows(x, 0.5f);
  EXPECT_EQ(y.value().data()[0], 0);
  tape_.backward(y, of(tape_, 1, {1, -3}));
  EXPECT_EQ(x.gradient().data()[0], 2);
  EXPECT_EQ(x.gradient().data()[1], -6);
}

TEST_F(OperationEdgesTest, LargeNumbersDoNotOverflow) {
  const Variable x = tape_.leaf(of(tape_, 1, {300, 300, -300}));
  const Variable sums = row_log_sums(x);
  EXPECT_FLOAT_EQ(sums.value().data()[0], 300.693147f);
  const Variable y = softplus(x);
  EXPECT_EQ(y.value().data()[0], 300);
  EXPECT_EQ(y.value().data()[2], 0);
}

TEST_F(OperationEdgesTest, NothingToAddUpIsLogZero) {
  const Variable sums = row_log_sums(tape_.constant(tape_.tensor(1, 0)));
  EXPECT_EQ(softplus(sums).value().data()[0], 0);
}

TEST_F(OperationEdgesTest, NanStaysNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Variable x = tape_.leaf(of(tape_, 1, {1, nan}));
  EXPECT_TRUE(std::isnan(relu(x).value().data()[1]));
  EXPECT_TRUE(std::isnan(softplus(x).value().data()[1]));
  EXPECT_TRUE(std::isnan(absolute(x).value().data()[1]));
  for (const auto operation : {row_sums, row_norms, row_log_sums, sum, mean, mean_square}) {
    EXPECT_TRUE(std::isnan(operation(x).value().data()[0]));
  }
  EXPECT_TRUE(std::isnan(normalize_rows(x).value().data()[0]));
}

TEST_F(OperationEdgesTest, GradientsReachParametersThatAreNotFrozen) {
  std::vector<float> values{1, 2, 3, 4}, gradient(4, 10.0f);
  Parameter parameter;
  parameter.rows = parameter.columns = 2;
  parameter.values = values;
  parameter.gradient = gradient;
  const Variable x = tape_.constant(of(tape_, 1, {5, 6}));
  const Variable y = product(x, parameter_value(tape_, parameter));  // (17, 39)
  EXPECT_EQ(y.value().data()[1], 39);
  tape_.backward(y, of(tape_, 1, {1, -1}));
  EXPECT_EQ(gradient, (std::vector<float>{15, 16, 5, 4}));
  parameter.frozen = true;
  EXPECT_FALSE(parameter_value(tape_, parameter).needs_gradient());
}

}  // namespace
}  // namespace mana::autograd
