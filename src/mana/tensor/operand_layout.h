#pragma once

#include <cstddef>
#include <cstdint>

namespace mana {

/// How a matrix kernel wants the rows that it multiplies: as lines of 64 bytes, each with as many elements as it holds.
/// Line i of row m stands at
///   ((m / t) · lines + i) · t + m mod t,      t rows together
/// one after the other for a vector unit (t = 1), as tiles of 16 rows for a matrix unit. Elements beyond the last
/// column are zero in bf16; in integers their weights are. Integers have a line more, which holds the row's RowRange.
///
/// They are made once, where the values are (an activation, a norm, attention), and read by every panel and thread.
struct OperandLayout {
  static constexpr std::size_t kLineBytes = 64;

  enum class Element : std::uint8_t { f32, bf16, u16, u8 };
  Element element = Element::f32;  ///< f32: the values are the operands, and there are none beside them
  std::size_t rows_together = 1;

  bool operator==(const OperandLayout&) const = default;
  constexpr bool exists() const { return element != Element::f32; }
  constexpr bool has_ranges() const { return element == Element::u16 || element == Element::u8; }
  constexpr std::size_t elements_in_line() const { return element == Element::u8 ? 64 : 32; }

  /// Lines of a row.
  constexpr std::size_t lines(std::size_t columns) const {
    return (columns + elements_in_line() - 1) / elements_in_line() + (has_ranges() ? 1 : 0);
  }
  /// Memory of a row, beside those that it stands together with.
  constexpr std::size_t row_bytes(std::size_t columns) const { return exists() ? lines(columns) * kLineBytes : 0; }
  /// Memory for so many rows: of whole groups.
  constexpr std::size_t bytes(std::size_t rows, std::size_t columns) const {
    return (rows + rows_together - 1) / rows_together * rows_together * row_bytes(columns);
  }
};

/// Where a line stands, in bytes from the first: OperandLayout's equation.
constexpr std::size_t line_offset(std::size_t row, std::size_t line, std::size_t lines, std::size_t rows_together) {
  return ((row / rows_together * lines + line) * rows_together + row % rows_together) * OperandLayout::kLineBytes;
}

}  // namespace mana
