#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "mana/nn/embedding.h"

namespace mana::nn {

/// Tokens are a set: their order is not seen.
struct NoPositions {
  static void parts(auto&, auto&&) {}
};

/// Sinusoids (Vaswani et al. 2017, section 3.5), one frequency for each pair of columns:
///
///   ω_i = 10000^(−i / n),   p_t = (sin ω_i (t + first), cos ω_i (t + first))      i from 0 to below width / 2
struct SinusoidShape {
  enum class Order : std::uint8_t {
    halves,       ///< all sines, then all cosines
    interleaved,  ///< a sine and its cosine side by side
  };
  /// n: half the width; or one less, so that the last period is 2π · 10000 (Tensor2Tensor, CTranslate2).
  enum class Last : std::uint8_t { half_width, half_width_less_one };

  Order order = Order::halves;
  Last last = Last::half_width;
  std::size_t first = 0;  ///< the position of a text's first token

  bool operator==(const SinusoidShape&) const = default;
};

/// Their table, computed once, in double.
class Sinusoids {
 public:
  /// `width` is even.
  Sinusoids(std::size_t positions, std::size_t width, const SinusoidShape& shape);
  static void parts(auto&, auto&&) {}

  operations::StoredRows stored() const;

 private:
  std::shared_ptr<const std::vector<float>> values_;  ///< [positions, width]
  std::size_t width_;
};

/// A vector for each position, learned like the others.
struct TrainedPositions {
  EmbeddingTable table;

  static void parts(auto& self, auto&& visit) { visit("position", self.table); }
};

using Positions = std::variant<NoPositions, Sinusoids, TrainedPositions>;

/// What is looked up by place; nothing without positions.
std::optional<operations::StoredRows> rows_of(const Positions& positions);
/// dtable[place of t in its text] += dx_t of a table that is trained; nothing otherwise.
void add_gradient(const Training& training, const Positions& positions, Sequences texts, const Tensor& dx);

}  // namespace mana::nn
