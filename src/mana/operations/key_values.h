#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/operations/attend.h"

namespace mana::operations {

/// Keys and values that stay from one step of a decoder to the next: those of every token so far, for some sequences.
/// They lie as attention's kernels take them, as f32 rows or rounded, so that nothing is converted twice; each sequence
/// has room behind it and moves when that is used up. Moves, does not copy; its memory is the run's pool's.
class KeyValues {
 public:
  /// For rows of as many columns as K and V have: key heads · d_k and key heads · d_v.
  KeyValues(const Run& run, std::size_t sequences, std::size_t key_columns, std::size_t value_columns);

  std::size_t sequences() const { return lengths_.size(); }
  std::size_t length(std::size_t sequence) const { return lengths_[sequence]; }

  /// Puts rows of f32 values behind each sequence. The columns of K and V stand in one matrix.
  void append(const Run& run, const Columns<Tensor>& k, const Columns<Tensor>& v, Sequences rows);

  /// Sequence s becomes what sequence from[s] was, as beams do; there may be more or fewer of them than before.
  void reorder(const Run& run, std::span<const std::uint32_t> from);

  /// As attend() takes them.
  Columns<Tensor> keys() const { return {rows_, 0, key_columns_}; }
  Columns<Tensor> values() const { return {rows_, key_columns_, rows_.columns() - key_columns_}; }
  Sequences places() const { return {.offsets = offsets_, .lengths = lengths_}; }

 private:
  /// Memory for so many rows a sequence, in which sequence s begins with the rows of from[s].
  void move_to(const Run& run, std::size_t room, std::span<const std::uint32_t> from);

  std::size_t key_columns_;
  Tensor rows_;                         ///< [sequences · room, key columns + value columns]
  std::vector<std::uint32_t> offsets_;  ///< [sequences + 1], in steps of the room
  std::vector<std::uint32_t> lengths_;  ///< [sequences]
};

}  // namespace mana::operations
