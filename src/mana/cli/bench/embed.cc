#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "mana/cli/bench/bench.h"
#include "mana/cli/bench/peak_measurement.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/output.h"
#include "mana/engine/encoder.h"
#include "mana/formats/sentence_folder.h"
#include "mana/models/sentence/encoder_tensors.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

/// What the linear maps of the encoder's layers compute a second (the median pass; attention, norms and tokenizing take
/// their time but do not count), and its share of what the processor can do at most on as many threads.
void add_share_of_peak(ordered_json& result, const engine::Encoder& encoder, std::size_t tokens, const Times& times) {
  const std::size_t weights = models::encoder_facts(encoder.folder()).layer_weights;
  if (encoder.isa() == kernels::Isa::portable || weights == 0) return;
  const double rate = 2.0 * static_cast<double>(weights) * static_cast<double>(tokens) / times.median;
  constexpr std::size_t kPasses = 3;
  Team team(encoder.threads());
  const double peak = measure_peak(encoder.isa(), encoder.precision(), team, kPasses).best;
  result["linear_gflops"] = rate / 1e9;
  result["peak_gflops"] = peak / 1e9;
  result["percent_of_peak"] = 100 * rate / peak;
}

/// The time by part, as shares of all threads' time over the timed passes. What is in no part is handing out work,
/// waiting for the last batch, and memory.
ordered_json profile_of(const kernels::Profile& profile, double seconds, unsigned threads, std::size_t passes) {
  ordered_json parts = ordered_json::array();
  const double all = seconds * threads;
  double accounted = 0;
  for (const kernels::Profile::Entry& entry : profile.entries()) {
    ordered_json part = {{"part", entry.operation},
                         {"percent", 100 * entry.seconds / all},
                         {"seconds", entry.seconds / static_cast<double>(passes)}};
    if (entry.arithmetic > 0) part["gflops"] = entry.arithmetic / entry.seconds / 1e9;
    parts.push_back(part);
    accounted += entry.seconds;
  }
  parts.push_back({{"part", "rest"},
                   {"percent", 100 * (all - accounted) / all},
                   {"seconds", (all - accounted) / static_cast<double>(passes)}});
  return parts;
}

void print_profile(const ordered_json& parts) {
  std::string table = fmt::format("\n{:<24}{:>8}{:>12}{:>22}\n", "part", "share", "ms a pass", "GFLOP/s of a thread");
  for (const ordered_json& part : parts) {
    table += fmt::format("{:<24}{:>7.1f}%{:>12.2f}{:>22}\n", part["part"].get<std::string>(),
                         part["percent"].get<double>(), part["seconds"].get<double>() * 1000,
                         part.contains("gflops") ? fmt::format("{:.0f}", part["gflops"].get<double>()) : "");
  }
  print(table);
}

}  // namespace

int bench_embed(Options& options) {
  BenchOptions bench;
  EncoderChoice choice;
  bool profiled = false;
  bench.describe(options);
  options.flag("--profile", "Also tell where the time goes, by part", profiled);
  choice.describe(options);
  if (!options.parse()) return 0;

  const std::vector<std::string> texts = bench.texts();
  engine::EncoderOptions encoder_options = choice.options();
  const auto profile = profiled ? std::make_shared<kernels::Profile>() : nullptr;
  encoder_options.profile = profile;
  const engine::Encoder encoder(choice.model.folder(), encoder_options);
  print_notes(encoder, options.quiet());
  constexpr std::size_t kWarmUpTexts = 64;  // memory, caches and clocks settle before the first timed pass
  encoder.embed(std::span(texts).first(std::min(texts.size(), kWarmUpTexts)));
  if (profile) profile->clear();
  std::size_t tokens = 0;
  const Times times = time_passes(bench.repeat, [&] {
    tokens = 0;
    for (const engine::TextInfo& info : encoder.embed(texts).texts) tokens += info.tokens;
  });

  ordered_json result = {{"bench", "embed"}, {"texts", texts.size()}, {"tokens", tokens}, {"passes", bench.repeat}};
  add_rate(result, "texts", texts.size(), times);
  add_rate(result, "tokens", tokens, times);
  result["seconds_median"] = times.median;
  result["seconds_p99"] = times.p99;
  result["precision"] = kernels::name_of(encoder.precision());
  result["isa"] = kernels::name_of(encoder.isa());
  result["threads"] = encoder.threads();
  result["peak_rss_mb"] = peak_rss_mb();
  add_share_of_peak(result, encoder, tokens, times);
  if (profile) result["profile"] = profile_of(*profile, times.total, encoder.threads(), bench.repeat);
  print_result(result, bench.json);
  if (profile && !bench.json) print_profile(result["profile"]);
  return 0;
}

}  // namespace mana::cli
