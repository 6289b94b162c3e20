#include "mana/data/scored_pairs.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "mana/base/errors.h"
#include "mana/data/table_reader.h"

namespace mana::data {
namespace {

double finite_number(std::string_view text, const TableReader& table, std::string_view column) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw FormatError(fmt::format("{}: {} must be a finite number, not '{}'", table.place(), column, text));
  }
  return value;
}

}  // namespace

ScoredPairs read_scored_pairs(const std::filesystem::path& path, const PairColumns& columns) {
  TableReader table{LineReader(path)};
  const std::size_t score = table.column(columns.score);
  const std::size_t first = table.column(columns.first);
  const std::size_t second = table.column(columns.second);
  ScoredPairs pairs;
  std::vector<std::string_view> fields;
  while (table.next(fields)) {
    pairs.scores.push_back(finite_number(fields[score], table, columns.score));
    pairs.first.emplace_back(fields[first]);
    pairs.second.emplace_back(fields[second]);
  }
  return pairs;
}

}  // namespace mana::data
