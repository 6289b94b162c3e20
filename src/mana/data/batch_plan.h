#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mana::data {

/// What the planning of batches looks at in a set of rows.
struct RowFacts {
  std::size_t rows = 0;
  std::vector<std::uint32_t> tokens;  ///< [rows], of all texts of the row
  std::size_t texts = 0;              ///< of a row
  std::vector<std::uint64_t> sums;    ///< [rows, texts], a sum of each text, so that equal ones are known
  std::vector<std::int32_t> classes;  ///< [rows], or empty where rows have none
};

/// Which rows may stand together in a batch.
enum class Together : std::uint8_t {
  any,            ///< any
  no_text_twice,  ///< none that has a text in common with another: for losses that take the others as negatives
  class_mates,    ///< every class in a batch has at least two rows of it
};

/// How the batches of several sets follow each other.
enum class Mixing : std::uint8_t {
  proportional,  ///< in random order, each set all of its batches
  round_robin,   ///< one of each in turn, until the first set has no more
};

struct BatchRules {
  std::size_t batch = 32;  ///< rows
  /// Not 0: rows of similar length together, as many as have this many tokens, at most `batch`. What cannot be parted,
  /// a row or two class mates, makes a batch of its own where it has more.
  std::size_t tokens = 0;
  Together together = Together::any;
  Mixing mixing = Mixing::proportional;
  std::size_t least_rows = 1;  ///< a batch of fewer is left out
};

/// A batch: rows of one set.
struct PlannedBatch {
  std::uint32_t set = 0;
  std::vector<std::uint32_t> rows;

  bool operator==(const PlannedBatch&) const = default;
};

/// The batches of one pass over the sets: a function of its arguments, so that seed, epoch and the number of a batch
/// say where a run is.
std::vector<PlannedBatch> plan_epoch(std::span<const RowFacts> sets, const BatchRules& rules, std::uint64_t seed,
                                     std::uint64_t epoch);

}  // namespace mana::data
