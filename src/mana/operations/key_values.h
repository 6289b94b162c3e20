#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mana/kernels/attention_step.h"
#include "mana/operations/attend.h"

namespace mana::operations {

/// Keys and values that stay from one step of a decoder to the next: those of every token so far, for some sequences.
/// They lie as attention multiplies by them, so that a step neither converts nor moves any. Each sequence has a slot of
/// the same memory, with room behind it: it stays there when others come, go or change places, and moves only when a
/// sequence is longer than all before. Moves, does not copy; its memory is the run's pool's.
class KeyValues {
 public:
  using Shape = kernels::KeyValueShape;

  KeyValues(const Run& run, std::size_t sequences, const Shape& shape);

  std::size_t sequences() const { return lengths_.size(); }
  std::size_t length(std::size_t sequence) const { return lengths_[sequence]; }
  const Shape& shape() const { return shape_; }

  /// Puts rows of f32 values behind each sequence. The columns of K and V may stand in one matrix.
  void append(const Run& run, const Columns<Tensor>& k, const Columns<Tensor>& v, Sequences rows);

  /// Sequence s becomes what sequence from[s] was, as beams do; there may be more or fewer of them than before. What
  /// goes on once is not copied.
  void reorder(const Run& run, std::span<const std::uint32_t> from);
  /// The sequences of others, of the same shape, come behind those that are there.
  void add(const Run& run, const KeyValues& others);

  /// Where those of a sequence lie.
  kernels::KeptKeyValues<const float> of(std::size_t sequence) const {
    return {slots_.row(slot_[sequence]).data(), slots_.row(slot_[sequence]).data() + key_size_};
  }

 private:
  /// Memory for so many slots with so much room each, at least; nothing where there is.
  void reserve(const Run& run, std::size_t slots, std::size_t room);
  /// The keys and values of another's sequence come into a slot.
  void copy(const KeyValues& from, std::size_t sequence, std::size_t slot);
  /// An unused slot, with the keys and values of another's sequence.
  std::uint32_t slot_with(const KeyValues& others, std::size_t sequence);

  Shape shape_;
  kernels::KeyValueLayout layout_;
  std::size_t room_ = 0;                ///< keys of a slot
  std::size_t key_size_ = 0;            ///< of all keys of a slot, which the values follow
  Tensor slots_;                        ///< a row for each
  std::vector<std::uint32_t> slot_;     ///< [sequences]
  std::vector<std::uint32_t> lengths_;  ///< [sequences]
  std::vector<std::uint32_t> unused_;   ///< slots of nobody
};

/// attend() to keys and values that stay, the same bits: Q [queries, heads · d_k], of values; of every sequence those
/// that `queries` says, the last of them at the place of its last key where `reach` is not all.
Tensor attend(const Run& run, const Columns<Tensor>& q, Sequences queries, std::size_t heads, const KeyValues& kept,
              const kernels::Reach& reach, Use use = Use::value);

}  // namespace mana::operations
