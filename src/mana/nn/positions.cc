#include "mana/nn/positions.h"

#include <cmath>
#include <span>

namespace mana::nn {

Sinusoids::Sinusoids(std::size_t positions, std::size_t width, const SinusoidShape& shape) : width_(width) {
  using Order = SinusoidShape::Order;
  const std::size_t half = width / 2;
  const double n = static_cast<double>(shape.last == SinusoidShape::Last::half_width ? half : half - 1);
  std::vector<float> values(positions * width);
  for (std::size_t i = 0; i < half; ++i) {
    const double frequency = std::pow(10000.0, -static_cast<double>(i) / n);
    const std::size_t sine = shape.order == Order::halves ? i : 2 * i;
    const std::size_t cosine = shape.order == Order::halves ? half + i : 2 * i + 1;
    for (std::size_t t = 0; t < positions; ++t) {
      const double angle = static_cast<double>(t + shape.first) * frequency;
      values[t * width + sine] = static_cast<float>(std::sin(angle));
      values[t * width + cosine] = static_cast<float>(std::cos(angle));
    }
  }
  values_ = std::make_shared<const std::vector<float>>(std::move(values));
}

operations::StoredRows Sinusoids::stored() const { return {std::as_bytes(std::span(*values_)), DType::f32, width_}; }

namespace {

std::optional<operations::StoredRows> rows(const NoPositions&) { return std::nullopt; }
std::optional<operations::StoredRows> rows(const Sinusoids& sinusoids) { return sinusoids.stored(); }
std::optional<operations::StoredRows> rows(const TrainedPositions& trained) { return trained.table.stored(); }

}  // namespace

std::optional<operations::StoredRows> rows_of(const Positions& positions) {
  return std::visit([](const auto& kind) { return rows(kind); }, positions);
}

void add_gradient(const Training& training, const Positions& positions, Sequences texts, const Tensor& dx) {
  const auto* const trained = std::get_if<TrainedPositions>(&positions);
  if (trained != nullptr) add_place_gradient(training, trained->table, texts, dx);
}

}  // namespace mana::nn
