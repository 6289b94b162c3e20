#include "mana/compress/principal_axes.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "mana/base/errors.h"

namespace mana::compress {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr Eigen::Index kBlock = 1024;  // rows that are in memory as f64 at once

Matrix second_moment(const FloatRows& rows, std::span<const double> centre) {
  Matrix moment = Matrix::Zero(rows.cols(), rows.cols());
  for (Eigen::Index begin = 0; begin < rows.rows(); begin += kBlock) {
    Matrix block = rows.middleRows(begin, std::min(kBlock, rows.rows() - begin)).cast<double>();
    if (!centre.empty()) block.rowwise() -= Eigen::Map<const Eigen::RowVectorXd>(centre.data(), rows.cols());
    moment.noalias() += block.transpose() * block;
  }
  return moment;
}

}  // namespace

PrincipalAxes principal_axes(std::span<const float> vectors, std::size_t dimensions, std::span<const double> centre) {
  if (vectors.empty() || dimensions == 0 || vectors.size() % dimensions != 0) {
    throw ArgumentError("principal axes need whole rows, and at least one");
  }
  const auto width = static_cast<Eigen::Index>(dimensions);
  const FloatRows rows(vectors.data(), static_cast<Eigen::Index>(vectors.size() / dimensions), width);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(second_moment(rows, centre));
  if (solver.info() != Eigen::Success) throw ArgumentError("the vectors hold numbers that are not finite");

  PrincipalAxes result{dimensions, std::vector<double>(dimensions), std::vector<double>(dimensions * dimensions)};
  for (Eigen::Index i = 0; i < width; ++i) {
    const Eigen::Index column = width - 1 - i;  // the solver's ascend
    result.variances[static_cast<std::size_t>(i)] = solver.eigenvalues()[column];
    Eigen::Map<Eigen::VectorXd> axis(result.axes.data() + i * width, width);
    axis = solver.eigenvectors().col(column);
    Eigen::Index largest = 0;
    axis.cwiseAbs().maxCoeff(&largest);
    if (axis[largest] < 0) axis = -axis;
  }
  return result;
}

}  // namespace mana::compress
