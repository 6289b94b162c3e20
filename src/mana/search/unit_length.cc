#include "mana/search/unit_length.h"

#include <cmath>

#include "mana/kernels/pooling.h"
#include "mana/search/lane_sums.h"

namespace mana::search {
namespace {

/// Between these no square of a float that counts is lost beside the others, and none is infinite.
constexpr double kSmallest = 0x1p-100;
constexpr double kLargest = 0x1p120;

/// Of vectors whose squares f32 cannot hold.
void to_unit_length_by_doubles(std::span<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * double{value};
  if (squares == 0) return;
  const double length = std::sqrt(squares);
  for (float& value : vector) value = static_cast<float>(double{value} / length);
}

}  // namespace

void to_unit_length(std::span<float> vector) {
  double squares = 0;
  for (const float sum : lane_sums(vector, vector, [](float x, float y) { return x * y; })) squares += sum;
  if (!(squares >= kSmallest && squares <= kLargest)) return to_unit_length_by_doubles(vector);
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (float& value : vector) value *= scale;
}

void normalize_rows(std::span<float> rows, std::size_t dimensions) {
  for (std::size_t at = 0; at < rows.size(); at += dimensions) kernels::normalize(rows.subspan(at, dimensions));
}

std::vector<float> unit_length(const Vectors& vectors, Team& team) {
  std::vector<float> unit(vectors.values.begin(), vectors.values.end());
  team.run([&](unsigned thread) {
    const Part part = part_of(vectors.size(), thread, team.size());
    normalize_rows(
        std::span(unit).subspan(part.begin * vectors.dimensions, (part.end - part.begin) * vectors.dimensions),
        vectors.dimensions);
  });
  return unit;
}

}  // namespace mana::search
