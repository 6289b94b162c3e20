#include "mana/cli/bench/bench.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>

#include "mana/cli/shell/report.h"

namespace mana::cli {

void describe_repeat(Options& options, std::size_t& repeat, const std::string& help) {
  options.option("--repeat", "N", help, repeat, {.least = 1, .wanted = "at least 1"});
}

void BenchOptions::describe(Options& options) {
  input.describe_file(options);
  options.require("--input");
  describe_repeat(options, repeat, "Timed passes over the texts");
  options.flag("--json", "Print a JSON object", json);
}

std::vector<std::string> BenchOptions::texts() const {
  std::vector<std::string> all;
  const data::TextSource source = input.open();
  for (std::string text; source(text);) all.push_back(text);
  if (all.empty()) throw ArgumentError(fmt::format("{} holds no text", *input.input));
  return all;
}

Times time_passes(std::size_t passes, const std::function<void()>& work) {
  std::vector<double> seconds;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(seconds);
  return {.best = seconds.front(),
          .median = (seconds[(passes - 1) / 2] + seconds[passes / 2]) / 2,
          .total = std::accumulate(seconds.begin(), seconds.end(), 0.0),
          .p99 = seconds[passes * 99 / 100]};
}

double peak_rss_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

void add_rate(nlohmann::ordered_json& result, const std::string& unit, std::size_t amount, const Times& times) {
  result[unit + "_per_second"] = static_cast<double>(amount) / times.best;
  result["median_" + unit + "_per_second"] = static_cast<double>(amount) / times.median;
}

void print_result(const nlohmann::ordered_json& result, bool json) {
  print_report(result, json, {.width = 26, .real = "{:.1f}"});
}

}  // namespace mana::cli
