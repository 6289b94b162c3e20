#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "mana/models/shape/positions_of.h"

namespace mana::jobs {

struct PositionOptions {
  std::optional<models::ShapeConfig> shape = {};    ///< none: the model's
  std::optional<std::filesystem::path> model = {};  ///< the folder of a model whose trained positions stand beside
  std::optional<std::size_t> length = {};           ///< positions from the first on; none: 256, or as many as there are

  /// Throws OptionError.
  void check() const;
};

/// Dot products p_t · p_{t+Δ} of the vectors of a table, over all t.
struct DistanceProducts {
  double mean = 0;
  double least = 0;
  double most = 0;
};

/// A table of positions, and how alike its vectors are by their distance.
struct ExplainedTable {
  models::PositionTable table;             ///< of the first `length` positions
  std::vector<DistanceProducts> products;  ///< [distance], from 0
};

/// How the tokens of a model know where they stand: sinusoids (Vaswani et al. 2017, section 3.5), whose dot products
/// depend on the distance alone,
///
///   p_t · p_{t+Δ} = Σ_i cos(ω_i Δ)      i from 0 to below d / 2
///
/// and beside them the tables that were learned.
struct ExplainedPositions {
  models::PositionFacts facts;
  std::vector<double> frequencies;  ///< ω_i, [d / 2]
  ExplainedTable sinusoids;
  std::vector<ExplainedTable> trained;
};

/// Throws OptionError; ArgumentError for a model without trained positions, a width that has no sinusoids, or a length
/// beyond the positions; IoError, FormatError.
ExplainedPositions explain_positions(const PositionOptions& options);

}  // namespace mana::jobs
