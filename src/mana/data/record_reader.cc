#include "mana/data/record_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "mana/base/errors.h"
#include "mana/data/unpacker.h"

namespace mana::data {
namespace {

/// The next line that is not blank; false at the end.
bool next_filled(LineReader& lines, std::string& line) {
  do {
    if (!lines.next(line)) return false;
  } while (line.find_first_not_of(" \t\r") == std::string::npos);
  return true;
}

}  // namespace

bool is_json_lines(const std::filesystem::path& path) { return unpacked_name(path.string()).ends_with(".jsonl"); }

std::vector<std::string> column_names(const std::filesystem::path& path) {
  LineReader lines(path);
  if (!is_json_lines(path)) return TableReader(std::move(lines)).columns();
  std::string line;
  if (!next_filled(lines, line)) throw FormatError(fmt::format("{}: the file has no rows", lines.name()));
  const json::Document document = json::Document::parse(line, lines.place());
  std::vector<std::string> names;
  for (const auto& [key, value] : document.root().object()) names.emplace_back(key);
  return names;
}

RecordReader::RecordReader(const std::filesystem::path& path, std::vector<std::string> columns)
    : columns_(std::move(columns)) {
  if (is_json_lines(path)) {
    json_lines_.emplace(path);
    return;
  }
  table_.emplace(LineReader(path));
  for (const std::string& column : columns_) indices_.push_back(table_->column(column));
}

bool RecordReader::next() {
  if (table_) return table_->next(fields_);
  if (!next_filled(*json_lines_, line_)) return false;
  row_ = json::Document::parse(line_, json_lines_->place());
  return true;
}

std::string RecordReader::text(std::size_t index) const {
  return std::string(table_ ? fields_[indices_[index]] : row_->root().at(columns_[index]).string());
}

std::string RecordReader::label(std::size_t index) const {
  if (row_) {
    const json::Value value = row_->root().at(columns_[index]);
    if (value.is_number()) return std::to_string(value.integer());
  }
  std::string label = text(index);
  if (label.empty()) throw FormatError(fmt::format("{} is empty", place(index)));
  return label;
}

double RecordReader::number(std::size_t index) const {
  if (table_) return table_->number(fields_[indices_[index]], columns_[index]);
  const json::Value value = row_->root().at(columns_[index]);
  const double number = value.number();
  if (!std::isfinite(number)) value.fail("must be a finite number");
  return number;
}

std::uint64_t RecordReader::line() const { return table_ ? table_->line() : json_lines_->number(); }

std::string RecordReader::place(std::size_t index) const {
  return fmt::format("{}: {}", table_ ? table_->place() : json_lines_->place(), columns_[index]);
}

}  // namespace mana::data
