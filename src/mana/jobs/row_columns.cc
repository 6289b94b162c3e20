#include "mana/jobs/row_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "mana/base/printable.h"

namespace mana::jobs {
namespace {

std::string named(const std::string& column) { return column.empty() ? "(no name)" : printable(column); }

}  // namespace

std::string table_of_columns(const std::string& file, std::size_t rows, const std::vector<data::ColumnRole>& columns) {
  std::string table = fmt::format("{}: {} row{}", printable(file), rows, rows == 1 ? "" : "s");
  std::size_t width = 0;
  for (const data::ColumnRole& each : columns) width = std::max(width, each.role.size());
  for (const data::ColumnRole& each : columns) {
    table += fmt::format("\n  {:<{}}  {}", each.role, width, named(each.column));
  }
  return table;
}

std::string sentence_of_columns(const train::TokenRows& rows) {
  std::vector<std::string> parts, unused;
  for (const data::ColumnRole& each : rows.columns) {
    if (each.role == "not used") {
      unused.push_back(named(each.column));
    } else {
      parts.push_back(each.role == each.column ? each.role : fmt::format("{} = {}", each.role, named(each.column)));
    }
  }
  return fmt::format("{}{}{}", fmt::join(parts, ", "), unused.empty() ? "" : "; not used: ", fmt::join(unused, ", "));
}

}  // namespace mana::jobs
