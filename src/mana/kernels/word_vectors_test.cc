// Every kernel of word vectors at every level against its definition in double, and the definition against the
// objective whose gradient it is.
#include "mana/kernels/word_vectors.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "mana/kernels/reference/word_vectors.h"
#include "mana/tensor/buffer.h"
#include "tests/support/sanitized.h"

namespace mana::kernels {
namespace {

constexpr std::size_t kLargestWidth = kSanitized ? 48 : 320;

/// Inputs, output rows, labels and steps of random values, in both precisions.
struct Problem {
  Problem(std::size_t inputs_, std::size_t outputs_, std::size_t width_, double spread = 0.3)
      : inputs(inputs_), outputs(outputs_), width(width_), x(inputs * width), y(outputs * width) {
    std::mt19937 random(static_cast<unsigned>(1000 * inputs + 10 * outputs + width));
    std::normal_distribution<double> normal(0.0, spread);
    for (double& value : x) value = static_cast<float>(normal(random));
    for (double& value : y) value = static_cast<float>(normal(random));
    for (std::size_t o = 0; o < outputs; ++o) {
      labels.push_back(o % 3 == 0 ? 1.0 : 0.0);
      steps.push_back(static_cast<float>(0.025 * static_cast<double>(1 + o % 2)));
    }
  }
  std::vector<double*> rows() {
    std::vector<double*> pointers;
    for (std::size_t o = 0; o < outputs; ++o) pointers.push_back(y.data() + o * width);
    return pointers;
  }

  std::size_t inputs, outputs, width;
  std::vector<double> x, y, labels, steps;
};

template <class T>
Buffer<T> copied(const std::vector<double>& values) {
  Buffer<T> buffer(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) buffer.data()[i] = static_cast<T>(values[i]);
  return buffer;
}

void expect_near(const float* got, const std::vector<double>& wanted, double tolerance) {
  for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(got[i], wanted[i], tolerance) << "value " << i;
}

class WordKernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const WordKernels& kernels = word_kernels(GetParam());

  void check_logistic(Problem problem) {
    SCOPED_TRACE(testing::Message() << problem.inputs << " inputs, " << problem.outputs << " outputs, width "
                                    << problem.width);
    const Buffer<float> x = copied<float>(problem.x);
    Buffer<float> y = copied<float>(problem.y);
    const Buffer<float> labels = copied<float>(problem.labels), steps = copied<float>(problem.steps);
    Buffer<float> dx(problem.x.size()), scratch(logistic_scratch(problem.inputs, problem.outputs));
    std::vector<float*> rows;
    for (std::size_t o = 0; o < problem.outputs; ++o) rows.push_back(y.data() + o * problem.width);
    kernels.logistic({x.data(), problem.inputs, rows.data(), labels.data(), steps.data(), problem.outputs,
                      problem.width, dx.data(), scratch.data()});
    std::vector<double> wanted(problem.x.size()), g(problem.inputs * problem.outputs);
    reference::logistic(problem.x.data(), problem.inputs, problem.rows().data(), problem.labels.data(),
                        problem.steps.data(), problem.outputs, problem.width, wanted.data(), g.data());
    expect_near(dx.data(), wanted, 1e-6);
    expect_near(y.data(), problem.y, 1e-5);
  }
};

TEST_P(WordKernelsTest, LogisticOfEveryNumberOfInputsAndOutputs) {
  for (std::size_t inputs = 1; inputs <= 11; ++inputs)
    for (std::size_t outputs = 1; outputs <= 14; ++outputs) check_logistic({inputs, outputs, 48});
}

TEST_P(WordKernelsTest, LogisticOfEveryWidth) {
  for (std::size_t width = kRowMultiple; width <= kLargestWidth; width += kRowMultiple) {
    check_logistic({6, 6, width});
    check_logistic({1, 17, width});
  }
}

TEST_P(WordKernelsTest, LogisticOfLargeValuesSaturates) { check_logistic({5, 7, 32, 4.0}); }

TEST_P(WordKernelsTest, PaddingStaysZero) {
  for (std::size_t dimensions = 1; dimensions <= 2 * kRowMultiple; ++dimensions) {
    const std::size_t width = (dimensions + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
    Problem problem(7, 6, width);
    for (std::vector<double>* values : {&problem.x, &problem.y})
      for (std::size_t i = 0; i < values->size(); ++i)
        if (i % width >= dimensions) (*values)[i] = 0;
    const Buffer<float> x = copied<float>(problem.x);
    Buffer<float> y = copied<float>(problem.y);
    const Buffer<float> labels = copied<float>(problem.labels), steps = copied<float>(problem.steps);
    Buffer<float> dx(problem.x.size()), scratch(logistic_scratch(7, 6));
    std::vector<float*> rows;
    for (std::size_t o = 0; o < 6; ++o) rows.push_back(y.data() + o * width);
    kernels.logistic({x.data(), 7, rows.data(), labels.data(), steps.data(), 6, width, dx.data(), scratch.data()});
    for (std::size_t i = 0; i < 7 * width; ++i) ASSERT_EQ(dx.data()[i] != 0, i % width < dimensions);
    for (std::size_t i = 0; i < 6 * width; ++i) ASSERT_EQ(y.data()[i] != 0, i % width < dimensions);
  }
}

TEST_P(WordKernelsTest, RowsAreReadAndAddedTo) {
  for (std::size_t width = kRowMultiple; width <= kLargestWidth; width += kRowMultiple) {
    Problem problem(5, 4, width);
    const std::size_t order[] = {2, 0, 2, 3, 1};  // a row twice
    Buffer<float> y = copied<float>(problem.y), x(5 * width), one(width);
    const Buffer<float> dx = copied<float>(problem.x);
    std::vector<float*> rows;
    std::vector<double*> wide;
    for (const std::size_t row : order) {
      rows.push_back(y.data() + row * width);
      wide.push_back(problem.y.data() + row * width);
    }
    std::vector<double> wanted(5 * width), wanted_mean(width);
    kernels.gather(rows.data(), 5, width, x.data());
    reference::gather(wide.data(), 5, width, wanted.data());
    expect_near(x.data(), wanted, 0);
    kernels.mean(rows.data(), 5, width, one.data());
    reference::mean(wide.data(), 5, width, wanted_mean.data());
    expect_near(one.data(), wanted_mean, 1e-6);
    kernels.scatter(dx.data(), rows.data(), 5, width);
    reference::scatter(problem.x.data(), wide.data(), 5, width);
    expect_near(y.data(), problem.y, 1e-6);
    kernels.spread(dx.data(), rows.data(), 5, width);
    reference::spread(problem.x.data(), wide.data(), 5, width);
    expect_near(y.data(), problem.y, 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, WordKernelsTest, testing::ValuesIn(available_isas()),
                         [](const auto& level) { return std::string(name_of(level.param)); });

/// The definition adds (step) times the gradient of the log-likelihood, in which an output counts (weight) times.
TEST(WordReferenceTest, LogisticIsTheGradientOfItsObjective) {
  for (const std::size_t outputs : {1, 6, 9}) {
    Problem problem(4, outputs, 16, 0.7);
    const std::vector<double> x = problem.x, y = problem.y;
    const auto objective = [&](const std::vector<double>& inputs, std::vector<double> outs) {
      std::vector<double*> rows;
      for (std::size_t o = 0; o < outputs; ++o) rows.push_back(outs.data() + o * 16);
      return reference::log_likelihood(inputs.data(), 4, rows.data(), problem.labels.data(), problem.steps.data(),
                                       outputs, 16);
    };
    std::vector<double> dx(x.size()), g(4 * outputs);
    reference::logistic(x.data(), 4, problem.rows().data(), problem.labels.data(), problem.steps.data(), outputs, 16,
                        dx.data(), g.data());
    constexpr double kStep = 1e-5;
    const auto slope = [&](std::vector<double> inputs, std::vector<double> outs, bool of_input, std::size_t i) {
      double& value = of_input ? inputs[i] : outs[i];
      value += kStep;
      const double above = objective(inputs, outs);
      value -= 2 * kStep;
      return (above - objective(inputs, outs)) / (2 * kStep);
    };
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(slope(x, y, true, i), dx[i], 1e-8);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(slope(x, y, false, i), problem.y[i] - y[i], 1e-8);
  }
}

}  // namespace
}  // namespace mana::kernels
