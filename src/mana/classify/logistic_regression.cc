#include "mana/classify/logistic_regression.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <utility>

#include "mana/base/errors.h"
#include "mana/classify/lbfgs.h"

namespace mana::classify {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowVector = Eigen::RowVectorXd;

/// The numbers of a minimiser as W [planes, dimensions] and b [planes].
struct Parameters {
  Parameters(std::span<const double> values, Index planes, Index dimensions)
      : weights(values.data(), planes, dimensions), intercepts(values.data() + planes * dimensions, planes) {}

  Eigen::Map<const Matrix> weights;
  Eigen::Map<const RowVector> intercepts;
};

/// A sum of losses over some rows, and its gradient.
struct Loss {
  double value = 0;
  Matrix weights;
  RowVector intercepts;
};

/// Turns logits [rows, planes] into the derivatives of the losses after them; returns the sum of the losses.
double derive(Matrix& logits, std::span<const std::uint32_t> classes) {
  double loss = 0;
  for (Index row = 0; row < logits.rows(); ++row) {
    auto z = logits.row(row);
    const Index own = classes[static_cast<std::size_t>(row)];
    if (z.size() == 1) {
      // log(1 + exp(−m)) of the margin m, without overflow.
      const double margin = own == 1 ? z[0] : -z[0];
      const double small = std::exp(-std::abs(margin));
      loss += std::log1p(small) + std::max(-margin, 0.0);
      const double wrong = (margin > 0 ? small : 1) / (1 + small);  // the probability of the other class
      z[0] = own == 1 ? -wrong : wrong;
      continue;
    }
    const double most = z.maxCoeff();
    const double own_logit = z[own];
    z = (z.array() - most).exp().matrix();
    const double sum = z.sum();
    loss += std::log(sum) + most - own_logit;
    z /= sum;
    z[own] -= 1;
  }
  return loss;
}

/// The losses of rows [begin, end), some rows at a time so that they stay in the cache.
Loss loss_of(const LabelledVectors& rows, const Parameters& parameters, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBlock = 256;
  const auto dimensions = static_cast<Index>(rows.dimensions);
  const Index planes = parameters.weights.rows();
  Loss loss{0, Matrix::Zero(planes, dimensions), RowVector::Zero(planes)};
  for (std::size_t first = begin; first < end; first += kBlock) {
    const std::size_t count = std::min(kBlock, end - first);
    const Eigen::Map<const FloatMatrix> values(rows.values.data() + first * rows.dimensions, static_cast<Index>(count),
                                               dimensions);
    const Matrix x = values.cast<double>();
    Matrix logits = (x * parameters.weights.transpose()).rowwise() + parameters.intercepts;
    loss.value += derive(logits, rows.classes.subspan(first, count));
    loss.weights.noalias() += logits.transpose() * x;
    loss.intercepts += logits.colwise().sum();
  }
  return loss;
}

void check(const LabelledVectors& rows, std::size_t classes, const LogisticRegressionOptions& options) {
  if (rows.classes.empty() || rows.dimensions == 0 || rows.values.size() != rows.classes.size() * rows.dimensions) {
    throw ArgumentError(fmt::format("{} values are no {} vectors of {} dimensions", rows.values.size(),
                                    rows.classes.size(), rows.dimensions));
  }
  if (classes < 2) throw ArgumentError(fmt::format("there must be at least 2 classes to tell apart, not {}", classes));
  if (std::ranges::max(rows.classes) >= classes) {
    throw ArgumentError(fmt::format("class {} is not one of {}", std::ranges::max(rows.classes), classes));
  }
  if (!std::ranges::all_of(rows.values, [](float value) { return std::isfinite(value); })) {
    throw ArgumentError("a vector has a component that is no finite number, so nothing can be fitted to it");
  }
  if (!(options.c > 0)) throw ArgumentError(fmt::format("C must be above 0, not {}", options.c));
}

}  // namespace

LogisticRegression LogisticRegression::fit(const LabelledVectors& rows, std::size_t classes, Team& team,
                                           const LogisticRegressionOptions& options, const std::stop_token& stop) {
  check(rows, classes, options);
  LogisticRegression model;
  model.classes_ = classes;
  model.dimensions_ = rows.dimensions;
  const auto planes = static_cast<Index>(model.planes());
  const auto dimensions = static_cast<Index>(rows.dimensions);
  const double scale = 1 / static_cast<double>(rows.classes.size());
  const double penalty = scale / options.c;

  // As many parts for any number of threads, and added in their order: the bits do not depend on the threads.
  std::array<Loss, 16> parts;
  const auto objective = [&](std::span<const double> x, std::span<double> gradient) {
    if (stop.stop_requested()) throw Cancelled("the fitting was cancelled");
    const Parameters parameters(x, planes, dimensions);
    std::atomic<unsigned> next = 0;
    team.run([&](unsigned) {
      for (unsigned i = next++; i < parts.size(); i = next++) {
        const Part part = part_of(rows.classes.size(), i, static_cast<unsigned>(parts.size()));
        parts[i] = loss_of(rows, parameters, part.begin, part.end);
      }
    });
    double value = 0;
    Eigen::Map<Matrix> weights(gradient.data(), planes, dimensions);
    Eigen::Map<RowVector> intercepts(gradient.data() + planes * dimensions, planes);
    weights = penalty * parameters.weights;
    intercepts.setZero();
    for (const Loss& part : parts) {
      value += scale * part.value;
      weights += scale * part.weights;
      intercepts += scale * part.intercepts;
    }
    return value + penalty / 2 * parameters.weights.squaredNorm();
  };

  const std::size_t count = model.planes() * (rows.dimensions + 1);
  LbfgsResult minimum = minimise(
      objective, std::vector<double>(count),
      {.tolerance = options.tolerance, .max_iterations = options.max_iterations, .progress = options.progress});
  model.parameters_ = std::move(minimum.x);
  model.iterations_ = minimum.iterations;
  model.converged_ = minimum.converged;
  return model;
}

std::vector<double> LogisticRegression::probabilities(std::span<const float> x) const {
  if (x.size() != dimensions_) {
    throw ArgumentError(
        fmt::format("the vector has {} dimensions; the classes were fitted to {}", x.size(), dimensions_));
  }
  const Parameters parameters(parameters_, static_cast<Index>(planes()), static_cast<Index>(dimensions_));
  const Eigen::Map<const Eigen::VectorXf> vector(x.data(), static_cast<Index>(x.size()));
  RowVector z = (parameters.weights * vector.cast<double>()).transpose() + parameters.intercepts;
  if (classes_ == 2) z = (RowVector(2) << 0, z[0]).finished();  // 1 / (1 + exp(−z)) is a softmax of 0 and z
  z = (z.array() - z.maxCoeff()).exp().matrix();
  z /= z.sum();
  return {z.begin(), z.end()};
}

std::uint32_t LogisticRegression::predict(std::span<const float> x) const {
  const std::vector<double> all = probabilities(x);
  return static_cast<std::uint32_t>(std::ranges::max_element(all) - all.begin());
}

}  // namespace mana::classify
