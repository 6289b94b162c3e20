#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/jobs/verify.h"

namespace mana::cli {

int verify(Options& options) {
  ModelChoice model;
  bool json = false;
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  if (!options.parse()) return 0;

  const std::filesystem::path folder = model.folder();
  const jobs::ModelReport report = jobs::verify(folder);
  const bool right = report.wrong.empty();
  if (json) {
    print_json({{"model", folder.string()},
                {"ok", right},
                {"wrong", report.wrong},
                {"differences", report.differences},
                {"checked", report.checked}},
               2);
  } else {
    std::string text;
    for (const std::string& each : report.checked) text += fmt::format("right    {}\n", each);
    for (const std::string& each : report.differences) text += fmt::format("note     {}\n", each);
    for (const std::string& each : report.wrong) text += fmt::format("WRONG    {}\n", each);
    print(text + fmt::format("{}: {}\n", folder.string(), right ? "nothing is wrong" : "something is wrong"));
  }
  return right ? 0 : 1;
}

}  // namespace mana::cli
