#include "mana/operations/key_values.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace mana::operations {
namespace {

constexpr std::size_t kRoom = 64;  // rows of a sequence at first: whole tiles

}  // namespace

KeyValues::KeyValues(const Run& run, std::size_t sequences, std::size_t key_columns, std::size_t value_columns)
    : key_columns_(key_columns), lengths_(sequences, 0) {
  rows_ = run.operands(0, key_columns + value_columns, run.kernels.rounded.layout);
  offsets_.assign(sequences + 1, 0);
}

void KeyValues::move_to(const Run& run, std::size_t room, std::span<const std::uint32_t> from) {
  const OperandLayout& layout = run.kernels.rounded.layout;
  const std::size_t columns = rows_.columns();
  Tensor moved = run.operands(from.size() * room, columns, layout);
  std::vector<std::uint32_t> lengths(from.size());
  for (std::size_t sequence = 0; sequence < from.size(); ++sequence) {
    const std::size_t begin = offsets_[from[sequence]], length = lengths[sequence] = lengths_[from[sequence]];
    if (length == 0) continue;
    if (layout.exists()) {
      std::memcpy(operands_from(moved, sequence * room), operands_from(rows_, begin), layout.bytes(length, columns));
    } else {
      std::copy_n(values_from(rows_, begin), length * columns, values_from(moved, sequence * room));
    }
  }
  rows_ = std::move(moved);
  lengths_ = std::move(lengths);
  offsets_.resize(from.size() + 1);
  for (std::size_t i = 0; i < offsets_.size(); ++i) offsets_[i] = static_cast<std::uint32_t>(i * room);
}

void KeyValues::append(const Run& run, const Columns<Tensor>& k, const Columns<Tensor>& v, Sequences rows) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < sequences(); ++i) longest = std::max(longest, length(i) + rows.length(i));
  std::size_t room = sequences() == 0 ? 0 : offsets_[1];
  if (longest > room) {
    while (room < longest) room = room == 0 ? kRoom : 2 * room;
    std::vector<std::uint32_t> same(sequences());
    std::iota(same.begin(), same.end(), 0U);
    move_to(run, room, same);
  }
  const kernels::OperandKernel& rounded = run.kernels.rounded;
  Tensor added = run.tensor(rows.longest(), rows_.columns());
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
  move_to(run, sequences() == 0 ? 0 : offsets_[1], from);
}

}  // namespace mana::operations
