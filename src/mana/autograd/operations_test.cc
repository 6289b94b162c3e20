// Every operation: its gradient in double against measured derivatives, and the f32 operation, value and gradient, at
// every level against both in double.
#include "mana/autograd/operations.h"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "mana/autograd/gradient_check.h"
#include "mana/autograd/reference/elementwise.h"
#include "mana/autograd/reference/mean.h"
#include "mana/autograd/reference/product.h"
#include "mana/autograd/reference/rows.h"
#include "mana/autograd/reference/selection.h"

namespace mana::autograd {
namespace {

using reference::Matrix;
using Doubles = std::vector<Matrix<double>>;

struct Shape {
  std::size_t rows, columns;
};

struct Case {
  std::string name;
  std::vector<Shape> inputs;
  Shape output;
  std::function<void(const Doubles& x, Matrix<double> y)> value;
  std::function<void(const Doubles& x, Matrix<double> y, Matrix<double> dy, const Doubles& dx)> gradient;
  std::function<Variable(const std::vector<Variable>& x)> operation;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }  // NOLINT(readability-identifier-naming)

/// Matrices in memory of their own.
struct Memory {
  explicit Memory(const std::vector<Shape>& shapes) {
    for (const Shape& shape : shapes) {
      values.emplace_back(shape.rows * shape.columns);
      matrices.push_back({values.back().data(), shape.rows, shape.columns});
    }
  }
  std::vector<std::vector<double>> values;
  Doubles matrices;
};

void fill(std::vector<double>& values, std::mt19937& random) {
  std::normal_distribution<float> normal;  // so that f32 sees the same values
  for (double& value : values) value = normal(random);
}

Tensor tensor(const Tape& tape, Matrix<double> x) {
  Tensor result = tape.tensor(x.rows, x.columns);
  for (std::size_t i = 0; i < x.size(); ++i) result.data()[i] = static_cast<float>(x.data[i]);
  return result;
}

std::span<const float> values_of(const Tensor& x) { return {x.data(), x.rows() * x.columns()}; }

class OperationTest : public testing::TestWithParam<Case> {
 protected:
  OperationTest() : x_(GetParam().inputs), y_({GetParam().output}), dy_({GetParam().output}), dx_(GetParam().inputs) {
    std::mt19937 random(11);
    for (auto& input : x_.values) fill(input, random);
    fill(dy_.values[0], random);
    GetParam().value(x_.matrices, y_.matrices[0]);
    GetParam().gradient(x_.matrices, y_.matrices[0], dy_.matrices[0], dx_.matrices);
  }

  Memory x_, y_, dy_, dx_;
};

TEST_P(OperationTest, GradientIsTheMeasuredOne) {
  Memory changed({GetParam().output});
  const auto weighted = [&] {
    GetParam().value(x_.matrices, changed.matrices[0]);
    double sum = 0;
    for (std::size_t i = 0; i < changed.values[0].size(); ++i) sum += changed.values[0][i] * dy_.values[0][i];
    return sum;
  };
  for (std::size_t input = 0; input < x_.values.size(); ++input) {
    const std::vector<double> measured = central_differences(weighted, std::span(x_.values[input]), 1e-5);
    EXPECT_LE(relative_difference(dx_.values[input], measured), 1e-6) << "input " << input;
  }
}

TEST_P(OperationTest, InF32IsTheReferenceAtEveryLevel) {
  for (const kernels::Isa isa : kernels::available_isas()) {
    SCOPED_TRACE(kernels::name_of(isa));
    Pool pool;
    Tape tape(kernels::Run{kernels::table(isa), pool});
    std::vector<Variable> inputs;
    for (const Matrix<double>& x : x_.matrices) inputs.push_back(tape.leaf(tensor(tape, x)));
    const Variable y = GetParam().operation(inputs);
    ASSERT_EQ(y.rows(), GetParam().output.rows);
    ASSERT_EQ(y.columns(), GetParam().output.columns);
    EXPECT_LE(relative_difference(values_of(y.value()), y_.values[0]), 1e-5);
    tape.backward(y, tensor(tape, dy_.matrices[0]));
    for (std::size_t input = 0; input < inputs.size(); ++input) {
      EXPECT_LE(relative_difference(values_of(inputs[input].gradient()), dx_.values[input]), 1e-5) << "input " << input;
    }
  }
}

TEST_P(OperationTest, WhatNeedsNoGradientIsLeftAlone) {
  Pool pool;
  Tape tape(kernels::Run{kernels::table(kernels::Isa::portable), pool});
  for (std::size_t needed = 0; needed < x_.values.size(); ++needed) {
    std::vector<Variable> inputs;
    for (std::size_t input = 0; input < x_.values.size(); ++input) {
      Tensor value = tensor(tape, x_.matrices[input]);
      inputs.push_back(input == needed ? tape.leaf(std::move(value)) : tape.constant(std::move(value)));
    }
    tape.backward(GetParam().operation(inputs), tensor(tape, dy_.matrices[0]));
    EXPECT_LE(relative_difference(values_of(inputs[needed].gradient()), dx_.values[needed]), 1e-5);
    tape.clear();
  }
}

// The operations that are not their reference in f32: the threads share rows or panels.
TEST_P(OperationTest, ThreadsChangeNoBit) {
  Team team(3);
  Pool pool;
  Tape alone(kernels::Run{kernels::table(kernels::choose_isa()), pool});
  Tape together(kernels::Run{kernels::table(kernels::choose_isa()), pool, &team});
  std::vector<std::vector<float>> results;
  for (Tape* tape : {&alone, &together}) {
    std::vector<Variable> inputs;
    for (const Matrix<double>& x : x_.matrices) inputs.push_back(tape->leaf(tensor(*tape, x)));
    const Variable y = GetParam().operation(inputs);
    std::vector<float>& result = results.emplace_back(values_of(y.value()).begin(), values_of(y.value()).end());
    tape->backward(y, tensor(*tape, dy_.matrices[0]));
    for (const Variable& input : inputs) {
      const auto gradient = values_of(input.gradient());
      result.insert(result.end(), gradient.begin(), gradient.end());
    }
  }
  EXPECT_EQ(results[0], results[1]);
}

template <class Function, class Operation>
Case unary(std::string name, Function f, Operation operation) {
  return {std::move(name),
          {{5, 7}},
          {5, 7},
          [f](const Doubles& x, Matrix<double> y) {
            for (std::size_t i = 0; i < y.size(); ++i) y.data[i] = f.value(x[0].data[i]);
          },
          [f](const Doubles& x, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
            for (std::size_t i = 0; i < dy.size(); ++i) dx[0].data[i] += f.slope(x[0].data[i]) * dy.data[i];
          },
          [operation](const std::vector<Variable>& x) { return operation(x[0]); }};
}

template <class Function>
Case binary(std::string name, Function f, Variable (*operation)(Variable, Variable)) {
  return {std::move(name),
          {{5, 7}, {5, 7}},
          {5, 7},
          [f](const Doubles& x, Matrix<double> y) {
            for (std::size_t i = 0; i < y.size(); ++i) y.data[i] = f.value(x[0].data[i], x[1].data[i]);
          },
          [f](const Doubles& x, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
            for (std::size_t i = 0; i < dy.size(); ++i) {
              dx[0].data[i] += f.slope_a(x[0].data[i], x[1].data[i]) * dy.data[i];
              dx[1].data[i] += f.slope_b(x[0].data[i], x[1].data[i]) * dy.data[i];
            }
          },
          [operation](const std::vector<Variable>& x) { return operation(x[0], x[1]); }};
}

std::vector<Case> element_cases() {
  return {unary("scale", reference::Scale{-2.5}, [](Variable x) { return -2.5f * x; }),
          unary("shift", reference::Shift{0.75}, [](Variable x) { return x + 0.75f; }),
          unary("absolute", reference::Absolute{}, absolute),
          unary("relu", reference::Relu{}, relu),
          unary("softplus", reference::Softplus{}, softplus),
          binary("add", reference::Add{}, operator+),
          binary("subtract", reference::Subtract{}, operator-),
          binary("multiply", reference::Multiply{}, operator*)};
}

const auto kOnX = [](auto operation) {
  return [operation](const std::vector<Variable>& x) { return operation(x[0]); };
};
const auto kOnBoth = [](auto operation) {
  return [operation](const std::vector<Variable>& x) { return operation(x[0], x[1]); };
};

std::vector<Case> row_cases() {
  return {
      {"row_sums",
       {{9, 37}},
       {9, 1},
       [](const Doubles& x, Matrix<double> y) { reference::row_sums(x[0], y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::row_sums_gradient(dy, dx[0]);
       },
       kOnX(row_sums)},
      {"row_dots",
       {{9, 37}, {9, 37}},
       {9, 1},
       [](const Doubles& x, Matrix<double> y) { reference::row_dots(x[0], x[1], y); },
       [](const Doubles& x, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::row_dots_gradient(x[1], dy, dx[0]);
         reference::row_dots_gradient(x[0], dy, dx[1]);
       },
       kOnBoth(row_dots)},
      {"row_norms",
       {{9, 37}},
       {9, 1},
       [](const Doubles& x, Matrix<double> y) { reference::row_norms(x[0], y); },
       [](const Doubles& x, Matrix<double> y, Matrix<double> dy, const Doubles& dx) {
         reference::row_norms_gradient(x[0], y, dy, dx[0]);
       },
       kOnX(row_norms)},
      {"normalize_rows",
       {{9, 37}},
       {9, 37},
       [](const Doubles& x, Matrix<double> y) {
         Memory norms({{9, 1}});
         reference::normalize_rows(x[0], 1e-12, norms.matrices[0], y);
       },
       [](const Doubles& x, Matrix<double> y, Matrix<double> dy, const Doubles& dx) {
         Memory norms({{9, 1}});
         reference::row_norms(x[0], norms.matrices[0]);
         reference::normalize_rows_gradient(1e-12, norms.matrices[0], y, dy, dx[0]);
       },
       [](const std::vector<Variable>& x) { return normalize_rows(x[0]); }},
      {"row_log_sums",
       {{9, 37}},
       {9, 1},
       [](const Doubles& x, Matrix<double> y) { reference::row_log_sums(x[0], y); },
       [](const Doubles& x, Matrix<double> y, Matrix<double> dy, const Doubles& dx) {
         reference::row_log_sums_gradient(x[0], y, dy, dx[0]);
       },
       kOnX(row_log_sums)},
  };
}

std::vector<Case> matrix_cases() {
  return {
      {"product",
       {{9, 37}, {35, 37}},
       {9, 35},
       [](const Doubles& x, Matrix<double> y) { reference::product(x[0], x[1], y); },
       [](const Doubles& x, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::product_gradient(x[0], x[1], dy, dx[0], dx[1]);
       },
       [](const std::vector<Variable>& x) { return product(x[0], x[1]); }},
      {"product_with_itself",
       {{9, 37}},
       {9, 9},
       [](const Doubles& x, Matrix<double> y) { reference::product(x[0], x[0], y); },
       [](const Doubles& x, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::product_gradient(x[0], x[0], dy, dx[0], dx[0]);
       },
       [](const std::vector<Variable>& x) { return product(x[0], x[0]); }},
      {"add_row",
       {{9, 7}, {1, 7}},
       {9, 7},
       [](const Doubles& x, Matrix<double> y) { reference::add_row(x[0], x[1], y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::add_row_gradient_x(dy, dx[0]);
         reference::add_row_gradient_b(dy, dx[1]);
       },
       kOnBoth(add_row)},
      {"sum",
       {{9, 7}},
       {1, 1},
       [](const Doubles& x, Matrix<double> y) { reference::sum(x[0], y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) { reference::sum_gradient(dy, dx[0]); },
       kOnX(sum)},
      {"mean",
       {{9, 7}},
       {1, 1},
       [](const Doubles& x, Matrix<double> y) { reference::mean(x[0], y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::mean_gradient(dy, dx[0]);
       },
       kOnX(mean)},
      {"mean_square",
       {{9, 7}},
       {1, 1},
       [](const Doubles& x, Matrix<double> y) { reference::mean_square(x[0], y); },
       [](const Doubles& x, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::mean_square_gradient(x[0], dy, dx[0]);
       },
       kOnX(mean_square)},
  };
}

const std::vector<std::uint32_t> kRows{3, 0, 3, 8, 3};
const std::vector<std::uint32_t> kColumns{6, 0, 1, 1, 3, 2, 0, 4, 5};

std::vector<Case> selection_cases() {
  return {
      {"rows_between",
       {{9, 7}},
       {4, 7},
       [](const Doubles& x, Matrix<double> y) { reference::block(x[0], 2, 0, y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::block_gradient(2, 0, dy, dx[0]);
       },
       [](const std::vector<Variable>& x) { return rows_between(x[0], 2, 6); }},
      {"columns_between",
       {{9, 7}},
       {9, 4},
       [](const Doubles& x, Matrix<double> y) { reference::block(x[0], 0, 3, y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::block_gradient(0, 3, dy, dx[0]);
       },
       [](const std::vector<Variable>& x) { return columns_between(x[0], 3, 7); }},
      {"join_columns",
       {{9, 7}, {9, 3}},
       {9, 10},
       [](const Doubles& x, Matrix<double> y) {
         reference::place(x[0], 0, 0, y);
         reference::place(x[1], 0, 7, y);
       },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::place_gradient(0, 0, dy, dx[0]);
         reference::place_gradient(0, 7, dy, dx[1]);
       },
       [](const std::vector<Variable>& x) { return join_columns(x); }},
      {"join_rows",
       {{9, 7}, {2, 7}},
       {11, 7},
       [](const Doubles& x, Matrix<double> y) {
         reference::place(x[0], 0, 0, y);
         reference::place(x[1], 9, 0, y);
       },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::place_gradient(0, 0, dy, dx[0]);
         reference::place_gradient(9, 0, dy, dx[1]);
       },
       [](const std::vector<Variable>& x) { return join_rows(x); }},
      {"reshape",
       {{6, 4}},
       {1, 24},
       [](const Doubles& x, Matrix<double> y) { std::copy_n(x[0].data, 24, y.data); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         std::copy_n(dy.data, 24, dx[0].data);
       },
       [](const std::vector<Variable>& x) { return reshape(x[0], 1, 24); }},
      {"gather_rows",
       {{9, 7}},
       {5, 7},
       [](const Doubles& x, Matrix<double> y) { reference::gather_rows(x[0], kRows, y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::gather_rows_gradient(kRows, dy, dx[0]);
       },
       [](const std::vector<Variable>& x) { return gather_rows(x[0], kRows); }},
      {"pick",
       {{9, 7}},
       {9, 1},
       [](const Doubles& x, Matrix<double> y) { reference::pick(x[0], kColumns, y); },
       [](const Doubles&, Matrix<double>, Matrix<double> dy, const Doubles& dx) {
         reference::pick_gradient(kColumns, dy, dx[0]);
       },
       [](const std::vector<Variable>& x) { return pick(x[0], kColumns); }},
  };
}

const auto kName = [](const testing::TestParamInfo<Case>& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Elements, OperationTest, testing::ValuesIn(element_cases()), kName);
INSTANTIATE_TEST_SUITE_P(Rows, OperationTest, testing::ValuesIn(row_cases()), kName);
INSTANTIATE_TEST_SUITE_P(Matrices, OperationTest, testing::ValuesIn(matrix_cases()), kName);
INSTANTIATE_TEST_SUITE_P(Selections, OperationTest, testing::ValuesIn(selection_cases()), kName);

}  // namespace
}  // namespace mana::autograd
