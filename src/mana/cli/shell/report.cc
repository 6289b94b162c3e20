#include "mana/cli/shell/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

std::string text_of(const ordered_json& value, const ReportLines& lines) {
  if (value.is_null()) return lines.nothing;
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format(fmt::runtime(lines.real), value.get<double>());
  return value.dump();
}

}  // namespace

void print_report(const ordered_json& object, bool json, const ReportLines& lines) {
  if (json) return print_json(object);
  std::string text;
  for (const auto& [name, value] : object.items()) {
    if (value.is_structured() || name == lines.hidden) continue;
    std::string shown = name;
    if (lines.names_as_words) std::ranges::replace(shown, '_', ' ');
    text += fmt::format("{:<{}}{}\n", shown, lines.width, text_of(value, lines));
  }
  print(text);
}

void print_report(const ordered_json& object, bool json, std::string_view text) {
  if (json) return print_json(object);
  print(text);
}

void print_json(const ordered_json& value, int indent) {
  print(value.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace mana::cli
