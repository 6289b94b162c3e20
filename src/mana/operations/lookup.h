#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mana/operations/operand.h"
#include "mana/operations/sequences.h"
#include "mana/tensor/dtype.h"

namespace mana::operations {

/// Rows of a table where they lie, maybe in a mapped file; f32, f16 or bf16.
struct StoredRows {
  std::span<const std::byte> bytes;  ///< [rows, width] elements of `dtype`
  DType dtype;
  std::size_t width;

  /// sum += factor · row `id`      sum: [width]
  void add(std::size_t id, std::span<float> sum, float factor = 1) const;
  /// Brings a row near: rows are far apart, and nobody can guess which one comes next.
  void prefetch(std::size_t id) const;
};

/// Which row of a table stands for a token: that of its id, or of its place in its text.
enum class Key : std::uint8_t { id, place };

struct Lookup {
  StoredRows table;
  Key key = Key::id;
  std::span<const std::int32_t> ids = {};  ///< [tokens]; none: all zero
  float factor = 1;
};

/// y_t = Σ_tables factor · table[key_t]      -> [tokens, width]
Tensor sum_of_lookups(const Run& run, std::span<const Lookup> lookups, Sequences texts);

/// dtable[ids[t]] += dy_t      dtable: [rows, width]; without ids all tokens are of row 0
void add_lookup_gradient(const Run& run, std::span<const std::int32_t> ids, const Tensor& dy, float* dtable);
/// factor · dy_t, and zero for tokens whose id is `ignored`.
Tensor scaled_rows(const Run& run, const Tensor& dy, float factor, std::span<const std::int32_t> ids,
                   std::int32_t ignored);
/// dtable[place of t in its text] += dy_t
void add_place_gradient(const Run& run, Sequences texts, const Tensor& dy, float* dtable);

/// y = Σ_t table[ids[t]] / n over the n tokens of each text      -> [texts, width], zero for a text without any
Tensor mean_of_lookups(const Run& run, const StoredRows& table, std::span<const std::int32_t> ids, Sequences texts);
/// dtable[ids[t]] += dy / n
void add_mean_lookup_gradient(const Run& run, std::span<const std::int32_t> ids, Sequences texts, const Tensor& dy,
                              float* dtable);

}  // namespace mana::operations
