#include <filesystem>
#include <nlohmann/json.hpp>

#include "mana/cli/model/inspection_report.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/models/transformer/config.h"

namespace mana::cli {

namespace {

nlohmann::ordered_json inspected(const std::filesystem::path& folder, bool quiet) {
  if (models::is_translator(folder)) return json_of(jobs::inspect_translator(folder));
  const jobs::Inspection found = jobs::inspect(folder);
  print_notes(found.notes, quiet);
  return json_of(found);
}

}  // namespace

int inspect(Options& options) {
  ModelChoice model;
  bool json = false;
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  if (!options.parse()) return 0;
  const nlohmann::ordered_json about = inspected(model.folder(), options.quiet());
  if (json) {
    print_json(about, 2);
  } else {
    print(table_of(about));
  }
  return 0;
}

}  // namespace mana::cli
