#include "mana/data/record_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/python_json.h"

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
  refuse_missing(row, index);
}

void RecordReader::refuse_missing(const json::Value& row, std::size_t index) const {
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

namespace {

/// A value as JSON. What stands for a number that is none to JSON becomes null.
std::string json_of(const json::Value& value) {
  std::string text = simdjson::minify(value.raw());
  const std::string mark = "\"\\u0000\\u0001" + std::string(json::kNotFinite.substr(2));
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
    text.replace(at, text.find('"', at + 1) + 1 - at, "null");
  }
  return text;
}

}  // namespace

RowValue RecordReader::value(std::size_t index) const {
  if (table_) return {std::string(fields_[indices_[index]]), true};
  const json::Value row = json_->root();
  const auto member = row.is_object() ? row.find(columns_[index]) : std::nullopt;
  if (!member) return {"null", false};
  if (member->is_string()) return {std::string(member->string()), true};
  constexpr double kLargest = 9.2e18;
  if (member->raw().is_double() && std::abs(member->number()) > kLargest) {
    member->fail("is a number of more digits than can be carried along; write it as a text, in quotes");
  }
  return {json_of(*member), false};
}

void RecordReader::require_keys() const {
  if (table_) return;
  const auto members = json_->root().object();
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    const bool is_there = std::ranges::any_of(members, [&](const auto& each) { return each.first == columns_[index]; });
    if (!is_there) refuse_missing(json_->root(), index);
  }
}

std::uint64_t RecordReader::line() const { return table_ ? table_->line() : json_->line(); }

std::string RecordReader::place(std::size_t index) const {
  return fmt::format("{}: {}", table_ ? table_->place() : json_->place(), columns_[index]);
}

ReadingNotes RecordReader::notes() const { return table_ ? table_->notes() : json_->notes(); }

}  // namespace mana::data
