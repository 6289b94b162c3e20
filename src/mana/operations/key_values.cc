#include "mana/operations/key_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "mana/operations/attention_calls.h"

namespace mana::operations {
namespace {

constexpr std::size_t kRoom = 32;          ///< keys for which a slot has room at least: whole groups in every layout
constexpr std::size_t kHeadsTogether = 4;  ///< in one call of a kernel

}  // namespace

KeyValues::KeyValues(const Run& run, std::size_t sequences, const Shape& shape)
    : shape_(shape), layout_(kernels::attention_steps(run.kernels).layout), slot_(sequences), lengths_(sequences, 0) {}

void KeyValues::reserve(const Run& run, std::size_t slots, std::size_t room) {
  const std::size_t present = slots_.rows();
  if (slots <= present && room <= room_) return;
  if (room > room_) room = std::max(kernels::KeyValueLayout::whole(room, kRoom), 2 * room_);
  room = std::max(room, room_);
  if (slots > present) slots = std::max(slots, present + present / 2);
  slots = std::max(slots, present);
  KeyValues moved(run, sequences(), shape_);
  moved.room_ = room;
  moved.key_size_ = layout_.key_size(shape_, room);
  moved.slots_ = run.tensor(slots, moved.key_size_ + layout_.value_size(shape_, room));
  for (std::size_t slot = slots; slot > sequences(); --slot) {
    moved.unused_.push_back(static_cast<std::uint32_t>(slot - 1));
  }
  std::iota(moved.slot_.begin(), moved.slot_.end(), 0U);
  for (std::size_t sequence = 0; sequence < sequences(); ++sequence) moved.copy(*this, sequence, sequence);
  moved.lengths_ = std::move(lengths_);
  *this = std::move(moved);
}

void KeyValues::copy(const KeyValues& from, std::size_t sequence, std::size_t slot) {
  const std::size_t length = from.lengths_[sequence];
  if (length == 0) return;
  const auto there = from.of(sequence);
  std::copy_n(there.keys, layout_.key_size(shape_, length), slots_.row(slot).data());
  std::copy_n(there.values, layout_.value_size(shape_, length), slots_.row(slot).data() + key_size_);
}

std::uint32_t KeyValues::slot_with(const KeyValues& others, std::size_t sequence) {
  const std::uint32_t slot = unused_.back();
  unused_.pop_back();
  copy(others, sequence, slot);
  return slot;
}

void KeyValues::append(const Run& run, const Columns<Tensor>& k, const Columns<Tensor>& v, Sequences rows) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < sequences(); ++i) longest = std::max(longest, length(i) + rows.length(i));
  reserve(run, sequences(), longest);
  for (std::size_t sequence = 0; sequence < sequences(); ++sequence) {
    float* const slot = slots_.row(slot_[sequence]).data();
    kernels::attention_steps(run.kernels)
        .append({.shape = shape_,
                 .k = rows_of<const float>(k.of, rows.begin(sequence), k.first),
                 .v = rows_of<const float>(v.of, rows.begin(sequence), v.first),
                 .rows = rows.length(sequence),
                 .to = {slot, slot + key_size_},
                 .first = lengths_[sequence]});
    lengths_[sequence] += static_cast<std::uint32_t>(rows.length(sequence));
  }
}

void KeyValues::reorder(const Run& run, std::span<const std::uint32_t> from) {
  if (room_ == 0) {  // nobody has a token
    lengths_.assign(from.size(), 0);
    slot_.assign(from.size(), 0);
    return;
  }
  std::vector<std::uint32_t> heirs(sequences(), 0);
  for (const std::uint32_t sequence : from) ++heirs[sequence];
  reserve(run, std::max(from.size(), sequences()), room_);
  for (std::size_t sequence = 0; sequence < sequences(); ++sequence) {
    if (heirs[sequence] == 0) unused_.push_back(slot_[sequence]);
  }
  std::vector<std::uint32_t> slot(from.size()), lengths(from.size());
  std::vector<bool> taken(sequences(), false);
  for (std::size_t s = 0; s < from.size(); ++s) {
    slot[s] = taken[from[s]] ? slot_with(*this, from[s]) : slot_[from[s]];
    taken[from[s]] = true;
    lengths[s] = lengths_[from[s]];
  }
  slot_ = std::move(slot);
  lengths_ = std::move(lengths);
}

void KeyValues::add(const Run& run, const KeyValues& others) {
  const auto longest = others.lengths_.empty() ? 0 : *std::ranges::max_element(others.lengths_);
  reserve(run, sequences() + others.sequences(), std::max<std::size_t>(longest, 1));
  for (std::size_t sequence = 0; sequence < others.sequences(); ++sequence) {
    slot_.push_back(slot_with(others, sequence));
    lengths_.push_back(others.lengths_[sequence]);
  }
}

Tensor attend(const Run& run, const Columns<Tensor>& q, Sequences queries, std::size_t heads, const KeyValues& kept,
              const kernels::Reach& reach, Use use) {
  const KeyValues::Shape& shape = kept.shape();
  std::size_t longest = 0, pairs = 0;
  for (std::size_t text = 0; text < kept.sequences(); ++text) {
    longest = std::max(longest, kept.length(text));
    pairs += queries.length(text) * kept.length(text);
  }
  const auto timer =
      run.timer("attention", 2.0 * static_cast<double>(pairs * heads * (shape.head_width + shape.value_width)));
  Tensor mixed = result_of(run, q.of.rows(), heads * shape.value_width, use);
  const auto call_of = [&](std::size_t text, std::size_t keys) {
    const std::size_t count = queries.length(text);
    kernels::AttentionStepCall call{.shape = shape,
                                    .q = rows_of<const float>(q.of, queries.begin(text), q.first),
                                    .from = {},
                                    .queries = count,
                                    .keys = keys,
                                    .heads = heads,
                                    .divisor = std::sqrt(static_cast<float>(shape.head_width)),
                                    .reach = reach,
                                    .first_head = 0,
                                    .last_head = heads,
                                    .out = rows_of<float>(mixed, queries.begin(text), 0),
                                    .scratch = nullptr};
    call.reach.offset += keys > count ? keys - count : 0;
    return call;
  };
  if (kept.sequences() == 0) return mixed;
  const kernels::AttentionSteps& steps = kernels::attention_steps(run.kernels);
  Scratch scratch(run, steps.scratch(call_of(0, longest)) * sizeof(float));
  run.split((heads + kHeadsTogether - 1) / kHeadsTogether, [&](std::size_t first, std::size_t last, unsigned thread) {
    for (std::size_t text = 0; text < kept.sequences(); ++text) {
      kernels::AttentionStepCall call = call_of(text, kept.length(text));
      call.from = kept.of(text);
      call.first_head = first * kHeadsTogether;
      call.last_head = std::min(last * kHeadsTogether, heads);
      call.scratch = scratch.floats(thread);
      steps.attend(call);
    }
  });
  return mixed;
}

}  // namespace mana::operations
