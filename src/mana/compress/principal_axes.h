#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mana::compress {

/// The directions in which vectors are long: eigenvectors of a second moment, by falling eigenvalue.
struct PrincipalAxes {
  std::size_t dimensions = 0;
  std::vector<double> variances;  ///< [dimensions], the eigenvalues
  std::vector<double> axes;       ///< [dimensions, dimensions], orthonormal rows; each one's largest number is positive

  std::span<const double> axis(std::size_t index) const {
    return std::span(axes).subspan(index * dimensions, dimensions);
  }
};

/// Of Σ (x − centre)(x − centre)ᵀ over the rows x of `vectors` [rows, dimensions]; an empty centre is zero. Throws
/// ArgumentError for a part of a row or no rows.
PrincipalAxes principal_axes(std::span<const float> vectors, std::size_t dimensions,
                             std::span<const double> centre = {});

}  // namespace mana::compress
