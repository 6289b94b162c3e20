#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "mana/cli/bench/bench.h"
#include "mana/cli/model/translate_options.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

/// The time by part, as shares of all threads' time over the timed passes. What is in no part is the searches, handing
/// out work, and memory.
ordered_json profile_of(const kernels::Profile& profile, double seconds) {
  ordered_json parts = ordered_json::array();
  double accounted = 0;
  const auto add = [&](const std::string& part, double spent) {
    parts.push_back({{"part", part}, {"percent", 100 * spent / seconds}});
    accounted += spent;
  };
  for (const kernels::Profile::Entry& entry : profile.entries()) {
    add(entry.operation, entry.seconds);
    if (entry.arithmetic > 0) parts.back()["gflops"] = entry.arithmetic / entry.seconds / 1e9;
  }
  add("rest", seconds - accounted);
  return parts;
}

void print_profile(const ordered_json& parts) {
  std::string table = fmt::format("\n{:<28}{:>8}{:>22}\n", "part", "share", "GFLOP/s of a thread");
  for (const ordered_json& part : parts) {
    table += fmt::format("{:<28}{:>7.1f}%{:>22}\n", part["part"].get<std::string>(), part["percent"].get<double>(),
                         part.contains("gflops") ? fmt::format("{:.0f}", part["gflops"].get<double>()) : "");
  }
  print(table);
}

/// How long one text takes that comes alone.
ordered_json times_of_each(generate::Translator& translator, std::span<const std::string> texts,
                           const generate::Options& chosen) {
  std::size_t next = 0;
  const Times times = time_passes(texts.size(), [&] { translator.translate(texts.subspan(next++, 1), chosen); });
  return {{"bench", "translate"},
          {"texts", texts.size()},
          {"beam", chosen.beam},
          {"p50_ms", 1e3 * times.median},
          {"p99_ms", 1e3 * times.p99},
          {"precision", kernels::name_of(translator.precision())},
          {"isa", kernels::name_of(translator.isa())},
          {"threads", translator.threads()},
          {"peak_rss_mb", peak_rss_mb()}};
}

}  // namespace

int bench_translate(Options& options) {
  BenchOptions bench;
  ModelChoice model{""};
  ComputeOptions compute;
  SearchOptions search;
  bool profiled = false, each = false;
  bench.describe(options);
  options.flag("--each", "Translate each text by itself, and tell how long one takes", each);
  options.flag("--profile", "Also tell where the time goes, by part", profiled);
  search.describe(options);
  options.group("Model");
  options.option("--model", "DIR", "The folder of a translator, or its name among the models", model.model);
  options.require("--model");
  compute.describe(options);
  if (!options.parse()) return 0;
  search.check(options);

  const std::vector<std::string> texts = bench.texts();
  const auto profile = profiled ? std::make_shared<kernels::Profile>() : nullptr;
  generate::Translator translator(
      model.folder(),
      {.threads = compute.threads, .isa = compute.isa, .precision = compute.precision, .profile = profile});
  const generate::Options chosen = search.over(translator.defaults());
  if (!options.quiet() && !translator.packed_model_note().empty()) note(translator.packed_model_note());
  constexpr std::size_t kWarmUpTexts = 64;  // memory, caches and clocks settle before the first timed pass
  translator.translate(std::span(texts).first(std::min(texts.size(), kWarmUpTexts)), chosen);
  if (profile) profile->clear();
  if (each) {
    print_result(times_of_each(translator, texts, chosen), bench.json);
    return 0;
  }
  const generate::CacheSize cache = translator.cache_size(chosen, texts.size());
  std::size_t source_tokens = 0, target_tokens = 0;
  const Times times = time_passes(bench.repeat, [&] {
    source_tokens = target_tokens = 0;
    for (const generate::Translation& translation : translator.translate(texts, chosen)) {
      source_tokens += translation.source.size();
      target_tokens += translation.best.front().found.tokens.size();
    }
  });

  ordered_json result = {{"bench", "translate"},           {"texts", texts.size()},  {"source_tokens", source_tokens},
                         {"target_tokens", target_tokens}, {"passes", bench.repeat}, {"beam", chosen.beam}};
  add_rate(result, "texts", texts.size(), times);
  add_rate(result, "target_tokens", target_tokens, times);
  result["seconds_median"] = times.median;
  result["seconds_p99"] = times.p99;
  result["precision"] = kernels::name_of(translator.precision());
  result["isa"] = kernels::name_of(translator.isa());
  result["threads"] = translator.threads();
  result["peak_rss_mb"] = peak_rss_mb();
  result["cache_mb"] = static_cast<double>(cache.bytes) / 1e6;
  if (profile) result["profile"] = profile_of(*profile, times.total * translator.threads());
  print_result(result, bench.json);
  if (profile && !bench.json) print_profile(result["profile"]);
  return 0;
}

}  // namespace mana::cli
