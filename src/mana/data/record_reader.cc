#include "mana/data/record_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "mana/base/errors.h"

namespace mana::data {

RecordReader::RecordReader(const std::filesystem::path& path, std::vector<std::string> columns)
    : columns_(std::move(columns)) {
  if (path.string().ends_with(".jsonl")) {
    json_lines_.emplace(path);
    return;
  }
  table_.emplace(LineReader(path));
  for (const std::string& column : columns_) indices_.push_back(table_->column(column));
}

bool RecordReader::next() {
  if (table_) return table_->next(fields_);
  do {
    if (!json_lines_->next(line_)) return false;
  } while (line_.find_first_not_of(" \t\r") == std::string::npos);
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

std::string RecordReader::place(std::size_t index) const {
  return fmt::format("{}: {}", table_ ? table_->place() : json_lines_->place(), columns_[index]);
}

}  // namespace mana::data
