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
  Tape tape_{kernels::Run{kernels::table(kernels::Isa::portable), pool_}};
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

/// y = 2 x, which can be made once more of x; counts how often.
struct Twice {
  Tape* tape;
  Variable x;
  int* times;

  Tensor value() const {
    ++*times;
    Tensor y = tape->tensor(x.rows(), x.columns());
    for (std::size_t i = 0; i < y.rows() * y.columns(); ++i) y.data()[i] = 2 * x.value().data()[i];
    return y;
  }
  void operator()(const Tensor& dy) const {
    for (std::size_t i = 0; i < dy.rows() * dy.columns(); ++i) x.gradient().data()[i] += 2 * dy.data()[i];
  }
};

TEST_F(TapeTest, AValueThatIsReleasedIsMadeOnceMoreForThoseWhoReadIt) {
  int times = 0;
  const Variable x = tape_.leaf(of(tape_, {3, -1}));
  const Twice twice{&tape_, x, &times};
  const Variable y = tape_.record(twice.value(), {x}, twice);
  y.release();
  y.release();
  x.release();  // nothing makes it again: it stays
  const float* const reused = of(tape_, {0, 0}).data();
  EXPECT_EQ(x.value().data()[0], 3);
  EXPECT_EQ(y.value().data(), reused);
  EXPECT_EQ(y.value().data()[1], -2);
  EXPECT_EQ(times, 2);
  const Variable loss = square(tape_, y);
  y.release();
  tape_.backward(loss, of(tape_, {1, 1}));
  EXPECT_EQ(times, 3);
  EXPECT_EQ(x.gradient().data()[0], 8 * 3);
  EXPECT_EQ(x.gradient().data()[1], 8 * -1);
}

TEST_F(TapeTest, WhatWasKeptGoesWhenGradientsHaveFlowedPast) {
  constexpr std::size_t kSize = std::size_t{1} << 16;
  const Variable x = tape_.leaf(tape_.tensor(1, kSize));
  Variable y = x;
  for (int i = 0; i < 10; ++i) {
    y = tape_.record(tape_.tensor(1, kSize), {y}, [this, y, kept = tape_.tensor(1, kSize)](const Tensor&) {
      y.set_gradient(tape_.tensor(1, kSize));
    });
  }
  const std::size_t forward = pool_.bytes();
  tape_.backward(y, tape_.tensor(1, kSize));
  // The gradient of y, what it was copied from and the first one that flows on; the others find room.
  EXPECT_LE(pool_.bytes(), forward + 4 * (kSize + 16) * sizeof(float));
}

TEST_F(TapeTest, AStepLikeTheOneBeforeUsesTheSameMemory) {
  std::set<const float*> used;  // by x, y, dx and dy
  for (int step = 0; step < 10; ++step) {
    const Variable x = tape_.leaf(of(tape_, {3}));
    const Variable y = square(tape_, x);
    used.insert({x.value().data(), y.value().data()});
    tape_.backward(y);
    used.insert(x.gradient().data());
    tape_.clear();
  }
  EXPECT_LE(used.size(), 4);
}

}  // namespace
}  // namespace mana::autograd
