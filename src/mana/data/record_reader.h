#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/json.h"
#include "mana/data/line_reader.h"
#include "mana/data/table_reader.h"

namespace mana::data {

/// Whether its name says so: it ends in .jsonl, or in that and the ending of a form of compression.
bool is_json_lines(const std::filesystem::path& path);

/// The names of a file's columns: those of a table's header, or the keys of the first of its JSON lines.
/// Throws IoError, FormatError.
std::vector<std::string> column_names(const std::filesystem::path& path);

/// Some columns of a file, row by row: of a table with a header, or of JSON lines where the name says that it is such.
class RecordReader {
 public:
  /// Throws IoError; ArgumentError that lists the columns there are when a table lacks one.
  RecordReader(const std::filesystem::path& path, std::vector<std::string> columns);

  /// Goes to the next row; false at the end. Throws FormatError that names the line.
  bool next();

  /// What stands in the `index`-th of the columns asked for. Each throws FormatError that names line and column when
  /// it is something else: a text, a label (a text that is not empty, or in JSON a whole number), a finite number.
  std::string text(std::size_t index) const;
  std::string label(std::size_t index) const;
  double number(std::size_t index) const;

  std::uint64_t line() const;  ///< in the file, from 1
  /// "pairs.tsv:12: label", for messages.
  std::string place(std::size_t index) const;

 private:
  std::vector<std::string> columns_;
  std::optional<LineReader> json_lines_;
  std::string line_;
  std::optional<json::Document> row_;
  std::optional<TableReader> table_;
  std::vector<std::size_t> indices_;  ///< of the table's columns
  std::vector<std::string_view> fields_;
};

}  // namespace mana::data
