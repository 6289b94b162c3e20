#include "mana/data/record_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::data {

std::vector<std::string> column_names(const std::filesystem::path& path) { return RecordReader(path).columns(); }

RecordReader::RecordReader(LineReader lines, InputForm form) {
  if (form == InputForm::json || form == InputForm::jsonl) {
    json_.emplace(std::move(lines), form);
  } else {
    table_.emplace(std::move(lines), form == InputForm::lines ? std::nullopt : std::optional(form));
  }
}

namespace {

RecordReader open(const std::filesystem::path& path, std::optional<InputForm> form, std::stop_token stop) {
  LineReader lines(path, std::move(stop));
  if (!form) form = form_of(lines);
  return {std::move(lines), *form};
}

}  // namespace

RecordReader::RecordReader(const std::filesystem::path& path, std::optional<InputForm> form, std::stop_token stop)
    : RecordReader(open(path, form, std::move(stop))) {}

RecordReader::RecordReader(const std::filesystem::path& path, std::vector<std::string> columns) : RecordReader(path) {
  select(std::move(columns));
}

std::vector<std::string> RecordReader::columns() {
  if (table_) return table_->columns();
  peeked_ = true;
  ended_ = !json_->next();
  if (ended_) throw FormatError(fmt::format("{}: the file has no rows", json_->name()));
  std::vector<std::string> names;
  if (const std::size_t keys = json_->root().object().size(); keys > kMostColumns) {
    throw FormatError(
        fmt::format("{}: the object has {} keys, more than the {} that a row may have; leave out those that "
                    "are not texts, labels or scores",
                    json_->place(), keys, kMostColumns));
  }
  for (const auto& [key, value] : json_->root().object()) {
    if (std::ranges::find(names, key) == names.end()) names.emplace_back(key);
  }
  return names;
}

void RecordReader::select(std::vector<std::string> columns) {
  columns_ = std::move(columns);
  indices_.clear();
  if (!table_) return;
  for (const std::string& column : columns_) indices_.push_back(table_->column(column));
}

bool RecordReader::next() {
  if (table_) return table_->next(fields_);
  if (std::exchange(peeked_, false)) return !ended_;
  return json_->next();
}

json::Value RecordReader::member(std::size_t index) const {
  const json::Value row = json_->root();
  if (auto member = row.find(columns_[index])) return *std::move(member);
  std::vector<std::string_view> names;
  for (const auto& [key, value] : row.object()) {
    if (key == columns_[index]) value.fail("is null; give it a value, or leave the row out");
    names.push_back(key);
  }
  throw FormatError(fmt::format(
      "{} is missing; {}", row.child(columns_[index]),
      names.empty() ? "the object is empty"
                    : fmt::format("the object has {}", printable(fmt::format("{}", fmt::join(names, ", "))))));
}

std::string RecordReader::text(std::size_t index) const {
  return std::string(table_ ? fields_[indices_[index]] : member(index).string());
}

std::string RecordReader::label(std::size_t index) const {
  if (json_) {
    const json::Value value = member(index);
    if (value.is_number()) return std::to_string(value.integer());
  }
  std::string label = text(index);
  if (label.empty()) throw FormatError(fmt::format("{} is empty", place(index)));
  return label;
}

double RecordReader::number(std::size_t index) const {
  if (table_) return table_->number(fields_[indices_[index]], columns_[index]);
  const json::Value value = member(index);
  const double number = value.number();
  if (!std::isfinite(number)) value.fail("must be a finite number");
  return number;
}

std::uint64_t RecordReader::line() const { return table_ ? table_->line() : json_->line(); }

std::string RecordReader::place(std::size_t index) const {
  return fmt::format("{}: {}", table_ ? table_->place() : json_->place(), columns_[index]);
}

ReadingNotes RecordReader::notes() const { return table_ ? table_->notes() : json_->notes(); }

}  // namespace mana::data
