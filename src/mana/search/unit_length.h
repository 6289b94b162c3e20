#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mana/base/team.h"
#include "mana/search/vectors.h"

namespace mana::search {

/// x / ‖x‖, zeros stay zeros, whatever the size of the others: 1e-40, 1e30. Its squares are summed in float, 16 sums
/// side by side, for what reads so many vectors that it counts.
void to_unit_length(std::span<float> vector);

/// Gives each row of `rows` [count, dimensions] the length that a model gives its own vectors, by kernels::normalize.
void normalize_rows(std::span<float> rows, std::size_t dimensions);

/// A copy of them with normalised rows.
std::vector<float> unit_length(const Vectors& vectors, Team& team);

}  // namespace mana::search
