#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "mana/cli/bench.h"
#include "mana/cli/commands.h"
#include "mana/cli/sentence_training.h"

namespace mana::cli {

int bench_train(Options& options) {
  SentenceTrainingChoice choice;
  choice.batch = 64;
  std::size_t steps = 12, warm_up = 2;
  bool json = false, profiled = false;
  options.option("--steps", "N", "Steps that are timed", steps);
  options.option("--warm-up", "N", "Steps before them", warm_up);
  options.flag("--profile", "Also tell where the time goes, by operation", profiled);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;
  if (steps == 0) Options::refuse("--steps", "a whole number above 0", "0");
  choice.max_steps = steps + warm_up;

  SentenceTraining training(choice, true, {});
  kernels::Profile profile;
  train::SentenceTrainer trainer(training.model, training.sets, training.loss, training.options,
                                 profiled ? &profile : nullptr);
  for (std::size_t step = 0; step < warm_up; ++step) trainer.step();
  profile.clear();
  const train::StepTimes before = trainer.times();
  const auto begin = std::chrono::steady_clock::now();
  std::size_t rows = 0, tokens = 0;
  double loss = 0;
  for (std::size_t step = 0; step < steps; ++step) {
    const train::StepReport report = trainer.step();
    rows += report.rows;
    tokens += report.tokens;
    loss = report.loss;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  nlohmann::ordered_json result = {{"bench", "train"}, {"steps", steps}, {"rows", rows}, {"tokens", tokens}};
  result["pairs_per_second"] = static_cast<double>(rows) / seconds;
  result["tokens_per_second"] = static_cast<double>(tokens) / seconds;
  result["loss"] = loss;
  result["precision"] = kernels::name_of(training.model.kernels().precision);
  result["isa"] = kernels::name_of(training.model.kernels().isa);
  result["threads"] = training.options.threads;
  result["peak_rss_mb"] = peak_rss_mb();
  const train::StepTimes& times = trainer.times();
  result["parts"] = {{"data", times.data - before.data},
                     {"forward", times.forward - before.forward},
                     {"backward", times.backward - before.backward},
                     {"optimizer", times.update - before.update}};
  if (profiled) {
    nlohmann::ordered_json operations = nlohmann::ordered_json::array();
    for (const kernels::Profile::Entry& entry : profile.entries()) {
      nlohmann::ordered_json operation = {{"operation", entry.operation},
                                          {"percent", 100 * entry.seconds / (seconds * training.options.threads)}};
      if (entry.arithmetic > 0) operation["gflops"] = entry.arithmetic / entry.seconds / 1e9;
      operations.push_back(operation);
    }
    result["operations"] = operations;
  }
  print_result(result, json);
  return 0;
}

}  // namespace mana::cli
