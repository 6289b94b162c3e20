#include "mana/data/table_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

void split(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    fields.push_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  fields.push_back(line);
}

}  // namespace

TableReader::TableReader(LineReader lines) : lines_(std::move(lines)) {
  if (!lines_.next(line_)) throw FormatError(fmt::format("{} is empty: a header of columns is missing", lines_.name()));
  std::vector<std::string_view> names;
  split(line_, names);
  columns_.assign(names.begin(), names.end());
}

std::size_t TableReader::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) {
    throw ArgumentError(
        fmt::format("{} has no column {}; its columns are {}", lines_.name(), name, fmt::join(columns_, ", ")));
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

bool TableReader::next(std::vector<std::string_view>& fields) {
  if (!lines_.next(line_)) return false;
  split(line_, fields);
  if (fields.size() != columns_.size()) {
    throw FormatError(
        fmt::format("{} has {} fields, but the header has {}", lines_.place(), fields.size(), columns_.size()));
  }
  return true;
}

double TableReader::number(std::string_view field, std::string_view column) const {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) {
    throw FormatError(fmt::format("{}: {} must be a finite number, not '{}'", place(), column, field));
  }
  return value;
}

}  // namespace mana::data
