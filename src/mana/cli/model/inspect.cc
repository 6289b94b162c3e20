#include <filesystem>
#include <nlohmann/json.hpp>

#include "mana/cli/explain/shape_choice.h"
#include "mana/cli/model/inspection_report.h"
#include "mana/cli/model/shape_report.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/page_output.h"
#include "mana/cli/shell/report.h"
#include "mana/jobs/explain/shape_page.h"
#include "mana/models/transformer/config.h"

namespace mana::cli {

namespace {

nlohmann::ordered_json inspected(const std::filesystem::path& folder, bool quiet) {
  if (models::is_translator(folder)) return json_of(jobs::inspect_translator(folder));
  const jobs::Inspection found = jobs::inspect(folder);
  print_notes(found.notes, quiet);
  return json_of(found);
}

void print_shape(const ShapeChoice& choice, std::optional<std::size_t> length, bool json, const PageOutput& page) {
  page.check(jobs::kShapePage, {{"--shape", *choice.shape}});
  const models::ModelShape shape = models::shape_of(choice.read(), length);
  page.write([&] { return jobs::shape_page(shape); });
  if (json) {
    print_json(json_of(shape), 2);
  } else {
    print(table_of(shape));
  }
}

}  // namespace

int inspect(Options& options) {
  ModelChoice model;
  ShapeChoice shape;
  PageOutput page;
  std::optional<std::size_t> length;
  bool json = false;
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  options.group("A shape in place of a model: every part with its formula and its number of parameters");
  shape.describe(options);
  options.option("--length", "N", "Tokens of a text, for what goes from part to part; else 128", length,
                 {.least = 1, .most = 1 << 24});
  page.describe(options);
  if (!options.parse()) return 0;
  options.refuse_unless(shape.shape.has_value(),
                        {"--vocabulary", "--target-vocabulary", "--length", "--html", "--force"}, "--shape");
  options.refuse_if(shape.shape.has_value(), {"--model"}, "and --shape exclude each other");
  if (shape.shape) {
    print_shape(shape, length, json, page);
    return 0;
  }
  const nlohmann::ordered_json about = inspected(model.folder(), options.quiet());
  if (json) {
    print_json(about, 2);
  } else {
    print(table_of(about));
  }
  return 0;
}

}  // namespace mana::cli
