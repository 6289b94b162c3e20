#include "mana/compress/principal_axes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mana/base/errors.h"

namespace mana::compress {
namespace {

TEST(PrincipalAxes, AreTheEigenvectorsOfTheSecondMoment) {
  // Σ x xᵀ = [[10, 6], [6, 10]]: eigenvalues 16 along (1, 1) and 4 across.
  const std::vector<float> rows = {3, 1, 1, 3};
  const PrincipalAxes axes = principal_axes(rows, 2);
  EXPECT_NEAR(axes.variances[0], 16, 1e-12);
  EXPECT_NEAR(axes.variances[1], 4, 1e-12);
  EXPECT_NEAR(axes.axis(0)[0], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(axes.axis(0)[1], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(axes.axis(1)[0], -axes.axis(1)[1], 1e-12);
}

TEST(PrincipalAxes, OfCentredRowsAreThoseOfTheirDifferences) {
  const std::vector<double> centre = {2, 2};
  const std::vector<float> rows = {3, 1, 1, 3};
  const PrincipalAxes axes = principal_axes(rows, 2, centre);
  EXPECT_NEAR(axes.variances[0], 4, 1e-12);
  EXPECT_NEAR(axes.variances[1], 0, 1e-12);
  EXPECT_NEAR(axes.axis(0)[0], -axes.axis(0)[1], 1e-12);
}

TEST(PrincipalAxes, NeedWholeRows) {
  EXPECT_THROW(principal_axes({}, 2), ArgumentError);
  const std::vector<float> rows = {1, 2, 3};
  EXPECT_THROW(principal_axes(rows, 2), ArgumentError);
}

}  // namespace
}  // namespace mana::compress
