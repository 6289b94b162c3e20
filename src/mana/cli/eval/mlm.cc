#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/compute_options.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/stage_progress.h"
#include "mana/cli/shell/text_input.h"
#include "mana/jobs/evaluate_masked.h"

namespace mana::cli {

int eval_mlm(Options& options) {
  TextInput input;
  ModelChoice model{""};
  ComputeOptions compute;
  jobs::EvaluateMaskedOptions job;
  bool json = false;
  input.describe(options);
  model.describe(options);
  options.require("--model");
  options.option("--mask-rate", "X", "The share of tokens that is hidden at once", job.masks.rate,
                 {.above = 0, .below = 1, .wanted = "a number above 0 and below 1"});
  options.option("--seed", "N", "Decides which ones", job.seed);
  options.option("--pseudo-texts", "N", "Texts of which each token is hidden alone, for pseudo-perplexity; 0: all",
                 job.pseudo_texts);
  options.flag("--json", "Print a JSON object", json);
  compute.describe(options);
  if (!options.parse()) return 0;
  job.model = model.folder();
  job.threads = compute.threads;
  job.precision = compute.precision;
  job.isa = compute.isa;

  return run_interruptibly([&](const Interruption& interruption) {
    jobs::EvaluateMaskedResult result;
    {
      StageProgress stages(options.terminal());
      result = jobs::evaluate_masked(job, input.open(), stages.event(), interruption.token());
      stages.wipe();
    }
    input.note_mistakes(options.quiet());
    if (result.cut > 0 && !options.quiet()) {
      note(fmt::format("{} of {} texts have more tokens than the model has positions and were cut", result.cut,
                       result.texts));
    }
    constexpr double kPercent = 100;
    print_report({{"task", "mlm"},
                  {"texts", result.texts},
                  {"tokens", result.tokens},
                  {"hidden", result.hidden},
                  {"loss", result.loss},
                  {"accuracy", kPercent * result.accuracy},
                  {"pseudo_perplexity", result.pseudo_perplexity},
                  {"cut", result.cut}},
                 json, {.width = 18, .hidden = "task", .names_as_words = true});
    return 0;
  });
}

}  // namespace mana::cli
