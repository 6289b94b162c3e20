#include "mana/jobs/explain/attention.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/cli/explain/attention_report.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/page_output.h"
#include "mana/cli/shell/text_input.h"
#include "mana/jobs/explain/attention_page.h"

namespace mana::cli {

int explain_attention(Options& options) {
  TextInput input;
  ModelChoice model;
  jobs::AttentionOptions chosen;
  PageOutput page;
  std::optional<std::string> target;
  bool json = false, numbers = false;
  input.describe(options);
  model.describe(options);
  options.option("--target", "TEXT", "Of a translator: the translation to look at, in place of the one that it finds",
                 target);
  options.option("--top", "K", "Sum up the K largest weights of a token", chosen.top,
                 {.least = 1, .wanted = "a whole number above 0"});
  options.flag("--json", "Print a JSON object, of several texts one a line", json);
  options.flag("--numbers", "Leave the weights out of the JSON", numbers);
  page.describe(options);
  describe_threads(options, chosen.threads);
  describe_isa(options, chosen.isa);
  if (!options.parse()) return 0;
  if (numbers && !json) throw UsageError("--numbers is for --json: without it weights are printed nowhere");
  if ((target || page.html) && input.texts.size() != 1) {
    throw UsageError(fmt::format("{} takes one text, as an argument", target ? "--target" : "--html"));
  }
  chosen.model = model.folder();
  std::vector<GivenPath> inputs = {{"--model", chosen.model}};
  input.add_to(inputs);
  page.check(jobs::kAttentionPage, inputs);

  const data::TextSource texts = input.open();
  jobs::AttentionExplainer explain(chosen);
  std::size_t number = 0;
  for (std::string text; texts(text); ++number) {
    const jobs::ExplainedAttention found = [&] {
      try {
        return explain(text, target);
      } catch (const ArgumentError& error) {
        if (!input.texts.empty()) throw;
        throw ArgumentError(fmt::format("{}, text {}: {}", input.name(), number + 1, error.what()));
      }
    }();
    page.write([&] { return jobs::attention_page(found); });
    if (json) {
      print_json(found, !numbers);
      continue;
    }
    if (number > 0) print("\n");
    if (input.texts.size() != 1) print(escaped(text) + "\n");
    if (found.target) print(fmt::format("translation: {}\n", escaped(*found.target)));
    print(text_of(found));
  }
  if (number == 0 && !options.quiet()) note(fmt::format("{} has no text, so nothing is explained", input.name()));
  input.note_mistakes(options.quiet());
  return 0;
}

}  // namespace mana::cli
