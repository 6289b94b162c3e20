#include "mana/cli/bench/training_measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "mana/cli/bench/bench.h"
#include "mana/cli/bench/peak_measurement.h"
#include "mana/cli/shell/output.h"

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

/// What a step's parts take, and of all threads' time its operations.
void print_profile(const ordered_json& result) {
  const double steps = result["steps"].get<double>();
  std::string table = fmt::format("\n{:<28}{:>12}\n", "part", "ms a step");
  for (const auto& [part, seconds] : result["parts"].items()) {
    table += fmt::format("{:<28}{:>12.2f}\n", part, 1000 * seconds.get<double>() / steps);
  }
  const ordered_json& operations = result["operations"];
  std::size_t width = 28;
  for (const ordered_json& each : operations) width = std::max(width, each["operation"].get<std::string>().size() + 2);
  table += fmt::format("\n{:<{}}{:>8}{:>22}\n", "operation", width, "share", "GFLOP/s of a thread");
  for (const ordered_json& each : operations) {
    table += fmt::format("{:<{}}{:>7.1f}%{:>22}\n", each["operation"].get<std::string>(), width,
                         each["percent"].get<double>(),
                         each.contains("gflops") ? fmt::format("{:.0f}", each["gflops"].get<double>()) : "");
  }
  print(table);
}

}  // namespace

void TrainingMeasurement::describe(Options& options) {
  options.option("--steps", "N", "Steps that are timed", steps, {.least = 1, .wanted = "a whole number above 0"});
  options.option("--warm-up", "N", "Steps before them", warm_up);
  options.flag("--profile", "Also tell where the time goes, by operation", profiled_);
  options.flag("--json", "Print a JSON object", json);
}

void TrainingMeasurement::run(train::Task& task, const train::TrainerOptions& settings,
                              const std::function<void(const train::Trainer&)>& prepare) const {
  kernels::Profile profile;
  train::Trainer trainer(task, settings, &profile);
  if (prepare) prepare(trainer);
  const kernels::Table& table = task.kernels();
  const unsigned threads = settings.threads;
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
  result["precision"] = kernels::name_of(table.precision);
  result["isa"] = kernels::name_of(table.isa);
  result["threads"] = threads;
  result["peak_rss_mb"] = peak_rss_mb();
  train::StepTimes times = trainer.times();
  times.data -= before.data;
  times.forward -= before.forward;
  times.backward -= before.backward;
  times.update -= before.update;
  result["parts"] = {
      {"data", times.data}, {"forward", times.forward}, {"backward", times.backward}, {"optimizer", times.update}};
  add_share_of_peak(result, profile, times, table, threads);
  if (profiled_) {
    ordered_json operations = ordered_json::array();
    for (const kernels::Profile::Entry& entry : profile.entries()) {
      ordered_json operation = {{"operation", entry.operation}, {"percent", 100 * entry.seconds / (seconds * threads)}};
      if (entry.arithmetic > 0) operation["gflops"] = entry.arithmetic / entry.seconds / 1e9;
      operations.push_back(operation);
    }
    result["operations"] = operations;
  }
  print_result(result, json);
  if (profiled_ && !json) print_profile(result);
}

}  // namespace mana::cli
