#include "mana/operations/key_values.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mana::operations {
namespace {

constexpr std::size_t kTile = 16;  ///< rows of a matrix unit's tile, which lie together

std::size_t whole_tiles(std::size_t rows) { return (rows + kTile - 1) / kTile * kTile; }

void copy_rows(const Tensor& from, std::size_t first, std::size_t count, Tensor& to, std::size_t begin) {
  if (count == 0) return;
  if (const OperandLayout& layout = from.layout(); layout.exists()) {
    std::memcpy(operands_from(to, begin), operands_from(from, first), layout.bytes(count, from.columns()));
  } else {
    std::copy_n(values_from(from, first), count * from.columns(), values_from(to, begin));
  }
}

}  // namespace

KeyValues::KeyValues(const Run& run, std::size_t sequences, std::size_t key_columns, std::size_t value_columns)
    : key_columns_(key_columns),
      rows_(run.operands(0, key_columns + value_columns, run.kernels.rounded.layout)),
      offsets_(sequences + 1, 0),
      lengths_(sequences, 0) {}

void KeyValues::reserve(const Run& run, std::size_t slots, std::size_t room) {
  const std::size_t present = room_ == 0 ? 0 : rows_.rows() / room_;
  if (slots <= present && room <= room_) return;
  if (room > room_) room = std::max(whole_tiles(room), 2 * room_);
  room = std::max(room, room_);
  if (slots > present) slots = std::max(slots, present + present / 2);
  slots = std::max(slots, present);
  Tensor moved = run.operands(slots * room, rows_.columns(), run.kernels.rounded.layout);
  unused_.clear();
  for (std::size_t slot = slots; slot > sequences(); --slot) {
    unused_.push_back(static_cast<std::uint32_t>((slot - 1) * room));
  }
  for (std::size_t sequence = 0; sequence < sequences(); ++sequence) {
    copy_rows(rows_, offsets_[sequence], lengths_[sequence], moved, sequence * room);
    offsets_[sequence] = static_cast<std::uint32_t>(sequence * room);
  }
  rows_ = std::move(moved);
  room_ = room;
}

std::uint32_t KeyValues::slot_with(const KeyValues& others, std::size_t sequence) {
  const std::uint32_t begin = unused_.back();
  unused_.pop_back();
  copy_rows(others.rows_, others.offsets_[sequence], others.lengths_[sequence], rows_, begin);
  return begin;
}

void KeyValues::append(const Run& run, const Columns<Tensor>& k, const Columns<Tensor>& v, Sequences rows) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < sequences(); ++i) longest = std::max(longest, length(i) + rows.length(i));
  reserve(run, sequences(), longest);
  const kernels::OperandKernel& rounded = run.kernels.rounded;
  Tensor added = rounded.exists() ? run.tensor(rows.longest(), rows_.columns()) : Tensor();
  for (std::size_t sequence = 0; sequence < sequences(); ++sequence) {
    const std::size_t count = rows.length(sequence), end = offsets_[sequence] + lengths_[sequence];
    float* const to = rounded.exists() ? added.data() : values_from(rows_, end);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = rows.begin(sequence) + i;
      std::copy_n(k.of.data() + row * k.of.columns() + k.first, k.count, to + i * rows_.columns());
      std::copy_n(v.of.data() + row * v.of.columns() + v.first, v.count, to + i * rows_.columns() + k.count);
    }
    if (rounded.exists()) {
      rounded.make({.x = to, .rows = count, .columns = rows_.columns(), .to = {rows_.operands(), end}});
    }
    lengths_[sequence] += static_cast<std::uint32_t>(count);
  }
}

void KeyValues::reorder(const Run& run, std::span<const std::uint32_t> from) {
  if (room_ == 0) {  // nobody has a token
    lengths_.assign(from.size(), 0);
    offsets_.assign(from.size() + 1, 0);
    return;
  }
  std::vector<std::uint32_t> heirs(sequences(), 0);
  for (const std::uint32_t sequence : from) ++heirs[sequence];
  reserve(run, std::max(from.size(), sequences()), room_);
  for (std::size_t sequence = 0; sequence < sequences(); ++sequence) {
    if (heirs[sequence] == 0) unused_.push_back(offsets_[sequence]);
  }
  std::vector<std::uint32_t> offsets(from.size() + 1, 0), lengths(from.size());
  std::vector<bool> taken(sequences(), false);
  for (std::size_t s = 0; s < from.size(); ++s) {
    offsets[s] = taken[from[s]] ? slot_with(*this, from[s]) : offsets_[from[s]];
    taken[from[s]] = true;
    lengths[s] = lengths_[from[s]];
  }
  offsets_ = std::move(offsets);
  lengths_ = std::move(lengths);
}

void KeyValues::add(const Run& run, const KeyValues& others) {
  reserve(run, sequences() + others.sequences(), std::max<std::size_t>(others.places().longest(), 1));
  offsets_.pop_back();
  for (std::size_t sequence = 0; sequence < others.sequences(); ++sequence) {
    offsets_.push_back(slot_with(others, sequence));
    lengths_.push_back(others.lengths_[sequence]);
  }
  offsets_.push_back(0);
}

}  // namespace mana::operations
