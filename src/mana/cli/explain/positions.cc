#include "mana/jobs/explain/positions.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mana/cli/explain/shape_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/page_output.h"
#include "mana/cli/shell/report.h"
#include "mana/jobs/explain/positions_page.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

std::vector<const jobs::ExplainedTable*> tables_of(const jobs::ExplainedPositions& found) {
  std::vector<const jobs::ExplainedTable*> tables = {&found.sinusoids};
  for (const jobs::ExplainedTable& table : found.trained) tables.push_back(&table);
  return tables;
}

ordered_json json_of(const jobs::ExplainedPositions& found) {
  ordered_json tables = ordered_json::array();
  for (const jobs::ExplainedTable* const table : tables_of(found)) {
    ordered_json products = ordered_json::array();
    for (std::size_t distance = 0; distance < table->products.size(); ++distance) {
      const jobs::DistanceProducts& of = table->products[distance];
      products.push_back({{"distance", distance}, {"mean", of.mean}, {"least", of.least}, {"most", of.most}});
    }
    tables.push_back(
        {{"name", table->table.name}, {"positions", table->table.positions}, {"dot_products", std::move(products)}});
  }
  return {{"kind", found.facts.kind},
          {"positions", found.facts.positions},
          {"width", found.facts.width},
          {"frequencies", found.frequencies},
          {"tables", std::move(tables)}};
}

/// A bar for a share from 0 to 1; below 0 there is none.
std::string bar(double share) {
  constexpr double kLetters = 24;
  std::string text;
  for (int i = 0; i < std::lround(share * kLetters); ++i) text += "█";
  return text;
}

/// Distances 0 to 8, then twice as far each time.
std::string text_of(const jobs::ExplainedPositions& found) {
  std::string text = fmt::format("positions {}, at most {}, of {} numbers; sinusoids of {} frequencies, 1 to {:.3g}\n",
                                 found.facts.kind, found.facts.positions, found.facts.width, found.frequencies.size(),
                                 found.frequencies.back());
  for (const jobs::ExplainedTable* const table : tables_of(found)) {
    text += fmt::format("\n{}: dot products of {} positions\n{:>9}{:>12}{:>12}{:>12}\n", table->table.name,
                        table->table.positions, "distance", "mean", "least", "most");
    const double whole = table->products.front().mean;
    for (std::size_t distance = 0; distance < table->products.size();
         distance = distance < 8 ? distance + 1 : 2 * distance) {
      const jobs::DistanceProducts& of = table->products[distance];
      text += fmt::format("{:>9}{:>12.4f}{:>12.4f}{:>12.4f}  {}\n", distance, of.mean, of.least, of.most,
                          bar(whole > 0 ? of.mean / whole : 0));
    }
  }
  return text;
}

}  // namespace

int explain_positions(Options& options) {
  ShapeChoice shape;
  jobs::PositionOptions positions;
  std::optional<std::string> model;
  PageOutput page;
  bool json = false;
  shape.describe(options);
  options.option("--model", "NAME", "A model whose trained table stands beside the sinusoids", model);
  options.option("--length", "N", "Positions, from the first on; else 256", positions.length);
  options.flag("--json", "Print a JSON object", json);
  page.describe(options);
  if (!options.parse()) return 0;
  options.refuse_unless(shape.shape.has_value(), {"--vocabulary", "--target-vocabulary"}, "--shape");
  std::vector<GivenPath> inputs;
  add_path(inputs, "--shape", shape.shape);
  page.check(jobs::kPositionsPage, inputs);

  if (shape.shape) positions.shape = shape.read_without_vocabulary();
  if (model) positions.model = ModelChoice{*model}.folder();
  const jobs::ExplainedPositions found = jobs::explain_positions(positions);
  page.write([&] { return jobs::positions_page(found); });
  if (json) {
    print_json(json_of(found));
  } else {
    print(text_of(found));
  }
  return 0;
}

}  // namespace mana::cli
