#include "mana/cli/model/shape_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mana/base/with_thousands.h"

namespace mana::cli {
namespace {

using models::ShapePart;
using nlohmann::ordered_json;

ordered_json json_of(const std::vector<ShapePart>& parts) {
  ordered_json list = ordered_json::array();
  for (const ShapePart& part : parts) {
    const std::uint64_t all = counted(part);
    ordered_json each = {{"name", part.name},
                         {"formula", part.formula.text()},
                         {"by_formula", part.formula.value()},
                         {"counted", all / part.times},
                         {"times", part.times},
                         {"parameters", all},
                         {"output", {{"shape", part.out.text()}, {"numbers", part.out.numbers()}}}};
    if (!part.of_head.empty()) {
      each["of_a_head"] = {{"formula", part.of_head.text()}, {"parameters", part.of_head.value()}};
    }
    if (!part.tied.empty()) each["tied"] = part.tied;
    if (!part.note.empty()) each["note"] = part.note;
    if (!part.parts.empty()) each["parts"] = json_of(part.parts);
    list.push_back(std::move(each));
  }
  return list;
}

/// Those that have parameters, or would have if they were not those of others.
void append_lines(std::string& text, const std::vector<ShapePart>& parts, std::size_t depth) {
  constexpr std::size_t kName = 28;
  for (const ShapePart& part : parts) {
    if (part.formula.empty() && part.tied.empty()) {
      append_lines(text, part.parts, depth);
      continue;
    }
    const std::uint64_t all = counted(part);
    text += fmt::format("{:{}}{:<{}}{:<42}{:>15}", "", 2 * depth, part.name, kName - 2 * depth, part.formula.text(),
                        with_thousands(all / part.times));
    if (part.times != 1) text += fmt::format("  × {} = {}", part.times, with_thousands(all));
    if (!part.of_head.empty()) {
      text += fmt::format("  each head {} = {}", part.of_head.text(), with_thousands(part.of_head.value()));
    }
    if (!part.tied.empty()) text += fmt::format("  weights of the {}", part.tied);
    text += '\n';
    append_lines(text, part.parts, depth + 1);
  }
}

}  // namespace

ordered_json json_of(const models::ModelShape& shape) {
  ordered_json symbols, columns = ordered_json::array(), forms = ordered_json::array();
  for (const models::ShapeSymbol& each : shape.symbols) {
    symbols[each.symbol] = {{"value", each.value}, {"meaning", each.meaning}};
  }
  for (const auto& column : shape.columns) columns.push_back(json_of(column));
  for (const models::FullForm& form : shape.full_forms) {
    forms.push_back({{"name", form.name}, {"formula", form.formula.text()}, {"parameters", form.formula.value()}});
  }
  return {{"shape", shape.title},
          {"symbols", std::move(symbols)},
          {"parameters", shape.parameters()},
          {"layer_parameters", shape.layer_parameters()},
          {"columns", std::move(columns)},
          {"in_place_of_attention", std::move(forms)}};
}

std::string table_of(const models::ModelShape& shape) {
  std::string text = shape.title + "\n\n";
  for (const models::ShapeSymbol& each : shape.symbols) {
    text += fmt::format("  {:<6}{:>12}  {}\n", each.symbol, with_thousands(each.value), each.meaning);
  }
  text += '\n';
  for (const auto& column : shape.columns) append_lines(text, column, 0);
  text += fmt::format("{:<70}{:>15}\n{:<70}{:>15}\n", "all layers", with_thousands(shape.layer_parameters()),
                      "all parameters", with_thousands(shape.parameters()));
  text += "\nIn attention's place full connections would have, and attention has:\n";
  for (const models::FullForm& form : shape.full_forms) {
    text += fmt::format("  {:<40}{:<28}{:>15}\n", form.name, form.formula.text(), with_thousands(form.formula.value()));
  }
  return text;
}

}  // namespace mana::cli
