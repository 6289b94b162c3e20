#include "mana/jobs/inspect.h"

#include <nlohmann/json.hpp>

#include "mana/cli/model/inspection_report.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"

namespace mana::cli {

int inspect(Options& options) {
  ModelChoice model;
  bool json = false;
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  if (!options.parse()) return 0;
  const jobs::Inspection found = jobs::inspect(model.folder());
  print_notes(found.notes, options.quiet());
  const nlohmann::ordered_json about = json_of(found);
  if (json) {
    print_json(about, 2);
  } else {
    print(table_of(about));
  }
  return 0;
}

}  // namespace mana::cli
