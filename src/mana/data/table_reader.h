#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mana/data/line_reader.h"

namespace mana::data {

/// Reads tab-separated values: the first line names the columns, one tab stands between fields, nothing is quoted.
class TableReader {
 public:
  /// Reads the header. Throws FormatError when there is none.
  explicit TableReader(LineReader lines);

  const std::vector<std::string>& columns() const { return columns_; }
  /// The index of a column. Throws ArgumentError that lists the columns there are.
  std::size_t column(std::string_view name) const;

  /// Puts the fields of the next row into `fields`, valid until the next call; false at the end.
  /// Throws FormatError that names the line when the row has more or fewer fields than the header.
  bool next(std::vector<std::string_view>& fields);

  /// A field as a number. Throws FormatError that names line and column when it is no finite number.
  double number(std::string_view field, std::string_view column) const;

  /// "pairs.tsv:12", the row that next() gave last.
  std::string place() const { return lines_.place(); }
  std::uint64_t line() const { return lines_.number(); }  ///< its number in the file

 private:
  LineReader lines_;
  std::string line_;
  std::vector<std::string> columns_;
};

}  // namespace mana::data
