#include "mana/cli/model/class_rows.h"

#include <fmt/format.h>

#include "mana/cli/shell/line_output.h"
#include "mana/jobs/json_text.h"

namespace mana::cli {

std::string ClassRowWriter::row(const std::string& text, const classify::Classification& found) const {
  const std::vector<std::uint32_t> best = classify::most_probable(found.probabilities, top_);
  return format_ == ClassRowFormat::tsv ? table_row(text, found, best) : json_row(text, found, best);
}

std::string ClassRowWriter::table_row(const std::string& text, const classify::Classification& found,
                                      std::span<const std::uint32_t> best) const {
  std::string row = include_text_ ? table_field(text) : "";
  for (const std::uint32_t each : best) {
    row += fmt::format("{}{}\t{:.4f}", row.empty() ? "" : "\t", table_field(classes_[each]), found.probabilities[each]);
  }
  return row + "\n";
}

std::string ClassRowWriter::json_row(const std::string& text, const classify::Classification& found,
                                     std::span<const std::uint32_t> best) const {
  std::string row = "{";
  if (include_text_) {
    row += "\"text\":";
    jobs::append_string(row, text);
    row += ',';
  }
  append_class(row, best.front(), found);
  if (top_ > 1) {
    row += ",\"top\":[";
    for (const std::uint32_t each : best) {
      row += each == best.front() ? "{" : ",{";
      append_class(row, each, found);
      row += '}';
    }
    row += ']';
  }
  return row + fmt::format(",\"truncated\":{}}}\n", found.truncated);
}

void ClassRowWriter::append_class(std::string& row, std::uint32_t number, const classify::Classification& found) const {
  row += "\"label\":";
  jobs::append_string(row, classes_[number]);
  row += ",\"probability\":";
  jobs::append_number(row, static_cast<float>(found.probabilities[number]));
}

}  // namespace mana::cli
