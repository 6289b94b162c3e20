// The cross-entropy of a linear map over many classes: its gradient in double against the measured one, and the
// operation, block by block, at every level against both in double.
#include "mana/autograd/operations/linear_cross_entropy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mana/autograd/gradient_check.h"
#include "mana/autograd/reference/linear_cross_entropy.h"
#include "mana/base/errors.h"

namespace mana::autograd {
namespace {

using kernels::Precision;
using testing::Each;
using testing::HasSubstr;

std::vector<float> random_values(std::size_t size, unsigned seed, float spread) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

/// Rows, width, classes and what is asked; every third row is ignored where `ignores`.
struct Problem {
  Problem(std::size_t row_count, std::size_t columns, std::size_t all_classes, bool ignores = false)
      : rows(row_count),
        width(columns),
        class_count(all_classes),
        x(random_values(rows * width, 1, 1.0f)),
        w(random_values(class_count * width, 2, 0.3f)),
        b(random_values(class_count, 3, 1.0f)),
        dy(random_values(rows, 4, 1.0f)) {
    std::mt19937 random(5);
    for (std::size_t row = 0; row < rows; ++row) {
      classes.push_back(ignores && row % 3 == 1 ? kIgnored : static_cast<std::uint32_t>(random() % class_count));
    }
  }

  std::size_t rows, width, class_count;
  std::vector<float> x, w, b, dy;
  std::vector<std::uint32_t> classes;
  float smoothing = 0;
};

/// A value for each row, and the gradients by x, W and b.
template <class T>
struct Result {
  std::vector<T> y, dx, dw, db;
  bool operator==(const Result&) const = default;
};

struct Definition {
  explicit Definition(const Problem& of)
      : problem(of),
        x(of.x.begin(), of.x.end()),
        w(of.w.begin(), of.w.end()),
        b(of.b.begin(), of.b.end()),
        dy(of.dy.begin(), of.dy.end()) {}

  reference::Matrix<double> rows(std::vector<double>& values, std::size_t columns) const {
    return {values.data(), values.size() / columns, columns};
  }
  std::vector<double> value() {
    std::vector<double> y(problem.rows);
    reference::linear_cross_entropy<double>(rows(x, problem.width), rows(w, problem.width), rows(b, b.size()),
                                            problem.classes, kIgnored, double{problem.smoothing}, rows(y, 1));
    return y;
  }
  Result<double> result() {
    Result<double> result{value(), std::vector<double>(x.size()), std::vector<double>(w.size()),
                          std::vector<double>(b.size())};
    reference::linear_cross_entropy_gradient<double>(rows(x, problem.width), rows(w, problem.width), rows(b, b.size()),
                                                     problem.classes, kIgnored, double{problem.smoothing}, rows(dy, 1),
                                                     rows(result.dx, problem.width), rows(result.dw, problem.width),
                                                     rows(result.db, b.size()));
    return result;
  }

  const Problem& problem;
  std::vector<double> x, w, b, dy;
};

Tensor tensor(const Tape& tape, const std::vector<float>& values, std::size_t columns) {
  Tensor x = tape.tensor(values.size() / columns, columns);
  std::ranges::copy(values, x.data());
  return x;
}

/// What gradients of a parameter are added up in.
struct Trained {
  Trained(const std::vector<float>& from, std::size_t rows) : values(from), gradient(from.size()) {
    parameter.name = "head.weight";
    parameter.rows = rows;
    parameter.columns = from.size() / rows;
    parameter.values = values;
    parameter.gradient = gradient;
  }
  std::vector<float> values, gradient;
  Parameter parameter;
};

Result<float> computed(const Problem& problem, const kernels::Run& run) {
  Tape tape(run);
  Trained w(problem.w, problem.class_count), b(problem.b, 1);
  const Variable x = tape.leaf(tensor(tape, problem.x, problem.width));
  const Variable y = linear_cross_entropy(x, w.parameter, &b.parameter, problem.classes, problem.smoothing);
  Result<float> result;
  result.y.assign(y.value().data(), y.value().data() + problem.rows);
  tape.backward(y, tensor(tape, problem.dy, 1));
  result.dx.assign(x.gradient().data(), x.gradient().data() + problem.x.size());
  result.dw = w.gradient;
  result.db = b.gradient;
  return result;
}

TEST(LinearCrossEntropy, GradientIsTheMeasuredOne) {
  for (const float smoothing : {0.0f, 0.1f}) {
    Problem problem(5, 3, 7, true);
    problem.smoothing = smoothing;
    Definition definition(problem);
    const Result<double> exact = definition.result();
    const auto weighted = [&] {
      const std::vector<double> y = definition.value();
      double sum = 0;
      for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * definition.dy[i];
      return sum;
    };
    EXPECT_LE(relative_difference(exact.dx, central_differences(weighted, std::span(definition.x), 1e-5)), 1e-7);
    EXPECT_LE(relative_difference(exact.dw, central_differences(weighted, std::span(definition.w), 1e-5)), 1e-7);
    EXPECT_LE(relative_difference(exact.db, central_differences(weighted, std::span(definition.b), 1e-5)), 1e-7);
  }
}

/// Around the widths of vectors, panels and blocks.
std::vector<Problem> problems() {
  std::vector<Problem> list;
  for (const std::size_t classes : {1UL, 2UL, 15UL, 16UL, 17UL, 33UL, 511UL, 512UL, 513UL, 1030UL}) {
    list.emplace_back(5, 19, classes);
  }
  for (const std::size_t width : {1UL, 2UL, 16UL, 33UL}) list.emplace_back(7, width, 50);
  for (const std::size_t rows : {1UL, 31UL, 33UL, 511UL, 513UL}) list.emplace_back(rows, 5, 1030);
  list.emplace_back(800, 4, 1030, true);
  for (std::size_t i = 0; i < list.size(); ++i) list[i].smoothing = i % 2 == 0 ? 0.0f : 0.2f;
  return list;
}

TEST(LinearCrossEntropy, InF32IsTheDefinitionAtEveryLevel) {
  for (const Problem& problem : problems()) {
    const Result<double> exact = Definition(problem).result();
    for (const kernels::Isa isa : kernels::available_isas()) {
      SCOPED_TRACE(std::string(kernels::name_of(isa)) + " " + std::to_string(problem.rows) + " rows of " +
                   std::to_string(problem.width) + ", " + std::to_string(problem.class_count) + " classes");
      Pool pool;
      const Result<float> result = computed(problem, {kernels::table(isa), pool});
      if (problem.class_count > 1) {  // else all of them are zero
        EXPECT_LE(relative_difference(result.y, exact.y), 2e-6);
        EXPECT_LE(relative_difference(result.dx, exact.dx), 2e-6);
        EXPECT_LE(relative_difference(result.dw, exact.dw), 2e-6);
        EXPECT_LE(relative_difference(result.db, exact.db), 2e-6);
      } else {
        EXPECT_THAT(result.y, Each(testing::FloatNear(0, 1e-6f)));
        EXPECT_THAT(result.dw, Each(testing::FloatNear(0, 1e-6f)));
      }
    }
  }
}

TEST(LinearCrossEntropy, InBf16IsNearTheDefinition) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    if (!kernels::available(Precision::bf16, isa)) continue;
    for (const Problem& problem : problems()) {
      if (problem.class_count < 15) continue;  // a softmax of few classes is a step
      const Result<double> exact = Definition(problem).result();
      Pool pool;
      const Result<float> result = computed(problem, {kernels::table(isa, Precision::bf16), pool});
      EXPECT_LE(relative_difference(result.y, exact.y), 0.01);
      EXPECT_LE(relative_difference(result.dx, exact.dx), 0.02);
      EXPECT_LE(relative_difference(result.dw, exact.dw), 0.02);
      EXPECT_LE(relative_difference(result.db, exact.db), 0.02);
    }
  }
}

TEST(LinearCrossEntropy, ATeamOfThreadsGivesTheSameBits) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      if (!kernels::available(precision, isa)) continue;
      Problem problem(600, 17, 1500, true);
      problem.smoothing = 0.1f;
      Pool pool;
      const kernels::Table& table = kernels::table(isa, precision);
      const Result<float> alone = computed(problem, {table, pool});
      for (const unsigned threads : {2U, 3U}) {
        Team team(threads);
        EXPECT_EQ(computed(problem, {table, pool, &team}), alone) << kernels::name_of(isa) << " " << threads;
      }
    }
  }
}

// What is ignored is zero, and no other row knows of it.
TEST(LinearCrossEntropy, IgnoredRowsChangeNothing) {
  Problem some(9, 6, 40, true);
  Problem others = some;
  for (std::size_t row = 1; row < some.rows; row += 3) {
    for (std::size_t i = 0; i < some.width; ++i) others.x[row * some.width + i] = 1e6f;
    others.dy[row] = 7;
  }
  Pool pool;
  const kernels::Run run{kernels::table(kernels::choose_isa()), pool};
  const Result<float> result = computed(some, run);
  EXPECT_EQ(computed(others, run), result);
  for (std::size_t row = 1; row < some.rows; row += 3) {
    EXPECT_EQ(result.y[row], 0);
    EXPECT_THAT(std::span(result.dx).subspan(row * some.width, some.width), Each(0.0f));
  }
  Problem none = some;
  for (std::uint32_t& each : none.classes) each = kIgnored;
  EXPECT_THAT(computed(none, run).y, Each(0.0f));
  EXPECT_THAT(computed(none, run).dw, Each(0.0f));
}

TEST(LinearCrossEntropy, FrozenParametersAndConstantsGetNoGradient) {
  const Problem problem(4, 6, 40);
  Trained w(problem.w, problem.class_count), b(problem.b, 1);
  w.parameter.frozen = true;
  Pool pool;
  const auto on = [&](Tape& tape) {
    const Variable x = tape.constant(tensor(tape, problem.x, problem.width));
    return linear_cross_entropy(x, w.parameter, &b.parameter, problem.classes);
  };
  Tape tape(kernels::Run{kernels::table(kernels::choose_isa()), pool});
  tape.backward(on(tape), tensor(tape, problem.dy, 1));
  EXPECT_THAT(w.gradient, Each(0.0f));
  EXPECT_LE(relative_difference(b.gradient, Definition(problem).result().db), 2e-6);

  b.parameter.frozen = true;
  Tape another(tape.run());
  EXPECT_FALSE(on(another).needs_gradient());
}

TEST(LinearCrossEntropy, RefusesWhatItCannotDo) {
  const Problem problem(4, 6, 40);
  Pool pool;
  Tape tape(kernels::Run{kernels::table(kernels::choose_isa()), pool});
  const Variable x = tape.leaf(tensor(tape, problem.x, problem.width));
  Trained w(problem.w, problem.class_count);
  const auto refusal = [&](const std::vector<std::uint32_t>& classes) {
    try {
      linear_cross_entropy(x, w.parameter, nullptr, classes);
    } catch (const ArgumentError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal({0, 39, kIgnored, 1}), "");
  EXPECT_THAT(refusal({0, 40, 1, 1}), HasSubstr("class 40 is not among the 40 of head.weight"));
  EXPECT_THAT(refusal({0, 1}), HasSubstr("2 classes do not fit 4 rows"));
  w.parameter.sparse = true;
  EXPECT_THAT(refusal(problem.classes), HasSubstr("head.weight is multiplied"));
}

}  // namespace
}  // namespace mana::autograd
