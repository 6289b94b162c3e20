#include "mana/autograd/tape.h"

#include <gtest/gtest.h>

#include <set>

namespace mana::autograd {
namespace {

Tensor of(const Tape& tape, std::initializer_list<float> values) {
  Tensor tensor = tape.tensor(1, values.size());
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

/// y = x ∘ x
Variable square(Tape& tape, Variable x) {
  Tensor y = tape.tensor(x.rows(), x.columns());
  for (std::size_t i = 0; i < y.rows() * y.columns(); ++i) y.data()[i] = x.value().data()[i] * x.value().data()[i];
  return tape.record(std::move(y), {x}, [x](const Tensor& dy) {
    for (std::size_t i = 0; i < dy.rows() * dy.columns(); ++i) {
      x.gradient().data()[i] += 2 * x.value().data()[i] * dy.data()[i];
    }
  });
}

/// The sum of two variables.
Variable add(Tape& tape, Variable a, Variable b) {
  Tensor y = tape.tensor(a.rows(), a.columns());
  for (std::size_t i = 0; i < y.rows() * y.columns(); ++i) y.data()[i] = a.value().data()[i] + b.value().data()[i];
  return tape.record(std::move(y), {a, b}, [a, b](const Tensor& dy) {
    for (const Variable& input : {a, b}) {
      if (!input.needs_gradient()) continue;
      for (std::size_t i = 0; i < dy.rows() * dy.columns(); ++i) input.gradient().data()[i] += dy.data()[i];
    }
  });
}

class TapeTest : public testing::Test {
 protected:
  Pool pool_;
  Tape tape_{kernels::Run{kernels::table(kernels::Isa::reference), pool_}};
};

TEST_F(TapeTest, GradientsOfEveryPathAddUp) {
  const Variable x = tape_.leaf(of(tape_, {3}));
  const Variable y = square(tape_, square(tape_, x));  // x⁴
  const Variable loss = add(tape_, add(tape_, y, x), x);
  EXPECT_EQ(loss.value().data()[0], 87);
  tape_.backward(loss);
  EXPECT_EQ(x.gradient().data()[0], 4 * 27 + 2);
}

TEST_F(TapeTest, WhatNeedsNoGradientIsNotDifferentiated) {
  const Variable x = tape_.leaf(of(tape_, {3}));
  const Variable c = square(tape_, tape_.constant(of(tape_, {5})));
  EXPECT_FALSE(c.needs_gradient());
  tape_.backward(add(tape_, square(tape_, x), c));
  EXPECT_EQ(x.gradient().data()[0], 6);
}

TEST_F(TapeTest, FlowsBackFromAKnownGradient) {
  const Variable x = tape_.leaf(of(tape_, {1, 2, 3}));
  const Variable y = square(tape_, x);
  tape_.backward(y, of(tape_, {1, 0, -1}));
  EXPECT_EQ(x.gradient().data()[0], 2);
  EXPECT_EQ(x.gradient().data()[1], 0);
  EXPECT_EQ(x.gradient().data()[2], -6);
}

TEST_F(TapeTest, AStepLikeTheOneBeforeUsesTheSameMemory) {
  std::set<const float*> used;  // by x, y, dx and dy
  for (int step = 0; step < 10; ++step) {
    const Variable x = tape_.leaf(of(tape_, {3}));
    const Variable y = square(tape_, x);
    tape_.backward(y);
    used.insert({x.value().data(), y.value().data(), x.gradient().data()});
    tape_.clear();
  }
  EXPECT_LE(used.size(), 4);
}

}  // namespace
}  // namespace mana::autograd
