#pragma once

#include <cstddef>

#include "mana/kernels/attention.h"
#include "mana/kernels/reach.h"

namespace mana::kernels {

struct KeyValueShape {
  std::size_t key_heads;
  std::size_t head_width;   ///< d_k
  std::size_t value_width;  ///< d_v
};

/// How the keys and values of one text lie while a decoder goes on from step to step, so that a step multiplies by them
/// as they are and appends to them without moving any. In elements, `group` of which have 32 bits together:
///
///   K: [keys / lanes, key heads · d_k / group, lanes, group]      V: [keys / group, key heads · d_v, group]
///
/// where d_k is filled up with zeros to a multiple of `key_multiple`, d_v to one of `lanes`, and the keys to multiples
/// of `lanes` and of `summed`.
struct KeyValueLayout {
  std::size_t lanes = 1;
  std::size_t group = 1;
  std::size_t key_multiple = 1;
  std::size_t summed = 1;  ///< keys whose values one instruction adds up: zero until they come

  static constexpr std::size_t whole(std::size_t count, std::size_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
  }
  /// 32-bit elements of K for one group of keys, of which each has a lane.
  constexpr std::size_t key_row(const KeyValueShape& shape) const {
    return shape.key_heads * whole(shape.head_width, key_multiple) / group;
  }
  /// 32-bit elements of V for one group of keys.
  constexpr std::size_t value_row(const KeyValueShape& shape) const {
    return shape.key_heads * whole(shape.value_width, lanes);
  }
  /// Floats, or as much memory, for so many keys, and for their values.
  constexpr std::size_t key_size(const KeyValueShape& shape, std::size_t keys) const {
    return whole(keys, lanes) * key_row(shape);
  }
  constexpr std::size_t value_size(const KeyValueShape& shape, std::size_t keys) const {
    return whole(keys, summed) / group * value_row(shape);
  }
};

/// Where the keys and values of one text lie, 64-byte aligned.
template <class Float>
struct KeptKeyValues {
  Float* keys = nullptr;
  Float* values = nullptr;
};

/// Puts rows of K and V behind the `first` that are there.
struct AppendCall {
  KeyValueShape shape;
  HeadRows<const float> k;  ///< the first row that is put; never rounded
  HeadRows<const float> v;
  std::size_t rows;
  KeptKeyValues<float> to;
  std::size_t first;
};

/// Attention of one text's queries to keys and values that are laid out: AttentionCall's equation, and its bits. Q is
/// never rounded.
struct AttentionStepCall {
  KeyValueShape shape;
  HeadRows<const float> q;
  KeptKeyValues<const float> from;
  std::size_t queries;
  std::size_t keys;
  std::size_t heads;  ///< a multiple of the key heads
  float divisor;
  Reach reach = {};
  std::size_t first_head;
  std::size_t last_head;
  HeadRows<float> out;  ///< rounded where that is not null
  float* scratch;       ///< as many floats as the table says for this call, 64-byte aligned

  std::size_t key_head(std::size_t head) const {
    return heads == shape.key_heads ? head : head / (heads / shape.key_heads);
  }
};

struct Table;

/// The kernels for keys and values that stay, of one level and precision.
struct AttentionSteps {
  KeyValueLayout layout;
  void (*append)(const AppendCall&);
  void (*attend)(const AttentionStepCall&);
  std::size_t (*scratch)(const AttentionStepCall&);  ///< grows with keys
};

/// Those that give the bits of a table's attention.
const AttentionSteps& attention_steps(const Table& table);

}  // namespace mana::kernels
