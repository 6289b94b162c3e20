#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "mana/cli/bench/bench.h"
#include "mana/cli/bench/peak_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/train/fine_tune_options.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

/// What the products of linear maps compute a second in the forward and the backward pass (three in all: Y = X Wᵀ; then
/// dX = dY W and dW = dYᵀ X), counted from their shapes, over all of the pass's time; and its share of what the
/// processor can do at most on as many threads.
void add_share_of_peak(ordered_json& result, const kernels::Profile& profile, const train::StepTimes& times,
                       const kernels::Table& kernels, unsigned threads) {
  if (kernels.isa == kernels::Isa::portable) return;
  double forward = 0, backward = 0;
  for (const kernels::Profile::Entry& entry : profile.entries()) {
    if (!entry.operation.starts_with("linear ")) continue;
    (entry.operation.find("gradient") == std::string::npos ? forward : backward) += entry.arithmetic;
  }
  constexpr std::size_t kPasses = 3;
  Team team(threads);
  const double peak = measure_peak(kernels.isa, kernels.precision, team, kPasses).best;
  const double forward_rate = forward / times.forward, backward_rate = backward / times.backward;
  result["part_linear_gflops"] = {{"forward", forward_rate / 1e9}, {"backward", backward_rate / 1e9}};
  result["peak_gflops"] = peak / 1e9;
  result["part_percent_of_peak"] = {{"forward", 100 * forward_rate / peak}, {"backward", 100 * backward_rate / peak}};
}

}  // namespace

int bench_train(Options& options) {
  FineTuneChoice choice;
  choice.job.batch = 64;
  std::size_t steps = 12, warm_up = 2;
  bool json = false, profiled = false;
  options.option("--steps", "N", "Steps that are timed", steps, {.least = 1, .wanted = "a whole number above 0"});
  options.option("--warm-up", "N", "Steps before them", warm_up);
  options.flag("--profile", "Also tell where the time goes, by operation", profiled);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.job.max_steps = steps + warm_up;
  choice.settle();

  jobs::FineTuning training(choice.job);
  kernels::Profile profile;
  train::SentenceTask task(training.model, training.sets, training.loss, training.sentences);
  train::Trainer trainer(task, training.options, &profile);
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

  ordered_json result = {{"bench", "train"}, {"steps", steps}, {"rows", rows}, {"tokens", tokens}};
  result["pairs_per_second"] = static_cast<double>(rows) / seconds;
  result["tokens_per_second"] = static_cast<double>(tokens) / seconds;
  result["loss"] = loss;
  result["precision"] = kernels::name_of(training.model.kernels().precision);
  result["isa"] = kernels::name_of(training.model.kernels().isa);
  result["threads"] = training.options.threads;
  result["peak_rss_mb"] = peak_rss_mb();
  train::StepTimes times = trainer.times();
  times.data -= before.data;
  times.forward -= before.forward;
  times.backward -= before.backward;
  times.update -= before.update;
  result["parts"] = {
      {"data", times.data}, {"forward", times.forward}, {"backward", times.backward}, {"optimizer", times.update}};
  add_share_of_peak(result, profile, times, training.model.kernels(), training.options.threads);
  if (profiled) {
    ordered_json operations = ordered_json::array();
    for (const kernels::Profile::Entry& entry : profile.entries()) {
      ordered_json operation = {{"operation", entry.operation},
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
