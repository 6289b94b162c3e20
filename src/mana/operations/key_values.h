#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/operations/attend.h"

namespace mana::operations {

/// Keys and values that stay from one step of a decoder to the next: those of every token so far, for some sequences.
/// They lie as attention's kernels take them, as f32 rows or rounded, so that nothing is converted twice. Each sequence
/// has a slot of the same memory, with room behind it: it stays there when others come, go or change places, and moves
/// only when a sequence is longer than all before. Moves, does not copy; its memory is the run's pool's.
class KeyValues {
 public:
  /// For rows of as many columns as K and V have: key heads · d_k and key heads · d_v.
  KeyValues(const Run& run, std::size_t sequences, std::size_t key_columns, std::size_t value_columns);

  std::size_t sequences() const { return lengths_.size(); }
  std::size_t length(std::size_t sequence) const { return lengths_[sequence]; }

  /// Puts rows of f32 values behind each sequence. The columns of K and V stand in one matrix.
  void append(const Run& run, const Columns<Tensor>& k, const Columns<Tensor>& v, Sequences rows);

  /// Sequence s becomes what sequence from[s] was, as beams do; there may be more or fewer of them than before. What
  /// goes on once is not copied.
  void reorder(const Run& run, std::span<const std::uint32_t> from);
  /// The sequences of others, of as many columns, come behind those that are there.
  void add(const Run& run, const KeyValues& others);

  /// As attend() takes them.
  Columns<Tensor> keys() const { return {rows_, 0, key_columns_}; }
  Columns<Tensor> values() const { return {rows_, key_columns_, rows_.columns() - key_columns_}; }
  Sequences places() const { return {.offsets = offsets_, .lengths = lengths_}; }

 private:
  /// Memory for so many slots with so much room each, at least; nothing where there is.
  void reserve(const Run& run, std::size_t slots, std::size_t room);
  /// An unused slot, with the rows of another sequence.
  std::uint32_t slot_with(const KeyValues& others, std::size_t sequence);

  std::size_t key_columns_;
  std::size_t room_ = 0;                ///< rows of a slot: whole tiles
  Tensor rows_;                         ///< [slots · room, key columns + value columns]
  std::vector<std::uint32_t> offsets_;  ///< [sequences + 1]: where the slot of each begins; the last means nothing
  std::vector<std::uint32_t> lengths_;  ///< [sequences]
  std::vector<std::uint32_t> unused_;   ///< where slots of nobody begin
};

}  // namespace mana::operations
