#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "mana/cli/commands.h"
#include "mana/cli/model_options.h"
#include "mana/cli/output.h"
#include "mana/cli/peak_measurement.h"
#include "mana/cli/text_input.h"
#include "mana/engine/encoder.h"
#include "mana/formats/sentence_folder.h"
#include "mana/models/bert/config.h"
#include "mana/text/tokenizer.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

struct BenchOptions {
  TextInput input;
  std::size_t repeat = 3;
  bool json = false;

  void describe(Options& options) {
    input.describe_file(options);
    options.require("--input");
    options.option("--repeat", "N", "Timed passes over the texts", repeat);
    options.flag("--json", "Print a JSON object", json);
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    const data::TextSource source = input.open();
    for (std::string text; source(text);) all.push_back(text);
    if (all.empty()) throw ArgumentError(fmt::format("{} holds no text", *input.input));
    return all;
  }
};

/// Seconds of each pass.
struct Times {
  double best = 0;
  double median = 0;
  double p99 = 0;  ///< of a hundred passes, all but the slowest are as fast
};

Times time_passes(std::size_t passes, const std::function<void()>& work) {
  if (passes == 0) Options::refuse("--repeat", "at least 1", "0");
  std::vector<double> seconds;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(seconds);
  return {seconds.front(), (seconds[(passes - 1) / 2] + seconds[passes / 2]) / 2, seconds[passes * 99 / 100]};
}

/// The most memory that the process ever held, in MB (10^6 bytes).
double peak_rss_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

/// `amount` a second, of the best and of the median pass.
void add_rate(ordered_json& result, const std::string& unit, std::size_t amount, const Times& times) {
  result[unit + "_per_second"] = static_cast<double>(amount) / times.best;
  result["median_" + unit + "_per_second"] = static_cast<double>(amount) / times.median;
}

/// What the linear maps of the encoder's layers compute a second (the median pass; attention, norms and tokenizing take
/// their time but do not count), and its share of what the processor can do at most on as many threads.
void add_share_of_peak(ordered_json& result, const engine::Encoder& encoder, std::size_t tokens, const Times& times) {
  if (encoder.isa() == kernels::Isa::reference || encoder.folder().encoder != formats::EncoderKind::transformer) return;
  const models::BertConfig config = models::read_bert_config(encoder.folder().transformer);
  const std::size_t weights = config.layers * config.model * (4 * config.model + 2 * config.inner);
  const double rate = 2.0 * static_cast<double>(weights) * static_cast<double>(tokens) / times.median;
  constexpr std::size_t kPasses = 3;
  Team team(encoder.threads());
  const double peak = measure_peak(encoder.isa(), encoder.precision(), team, kPasses).best;
  result["linear_gflops"] = rate / 1e9;
  result["peak_gflops"] = peak / 1e9;
  result["percent_of_peak"] = 100 * rate / peak;
}

void print_result(const ordered_json& result, bool json) {
  if (json) return print(result.dump() + "\n");
  std::string text;
  for (const auto& [name, value] : result.items()) {
    text += fmt::format("{:<26}{}\n", name,
                        value.is_number_float() ? fmt::format("{:.1f}", value.get<double>())
                        : value.is_string()     ? value.get<std::string>()
                                                : value.dump());
  }
  print(text);
}

}  // namespace

int bench_embed(Options& options) {
  BenchOptions bench;
  ModelChoice model;
  VectorOptions vectors;
  ComputeOptions compute;
  bench.describe(options);
  options.group("Model");
  model.describe(options);
  vectors.describe(options);
  compute.describe(options);
  if (!options.parse()) return 0;
  engine::EncoderOptions encoder_options;
  vectors.apply(encoder_options);
  compute.apply(encoder_options);

  const std::vector<std::string> texts = bench.texts();
  const engine::Encoder encoder(model.folder(), encoder_options);
  constexpr std::size_t kWarmUpTexts = 64;  // memory, caches and clocks settle before the first timed pass
  encoder.embed(std::span(texts).first(std::min(texts.size(), kWarmUpTexts)));
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
  print_result(result, bench.json);
  return 0;
}

int bench_tokenize(Options& options) {
  BenchOptions bench;
  ModelChoice model;
  unsigned threads = 1;
  bench.describe(options);
  options.option("--threads", "N", "Threads, each with its share of the texts", threads);
  options.group("Model");
  model.describe(options);
  if (!options.parse()) return 0;
  check_threads(threads);
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());

  const std::vector<std::string> texts = bench.texts();
  const text::Tokenizer tokenizer = text::Tokenizer::load(formats::read_sentence_folder(model.folder()).transformer);
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  std::vector<std::size_t> tokens(threads);
  const auto tokenize_share = [&](unsigned thread) {
    std::size_t count = 0;
    for (std::size_t i = texts.size() * thread / threads; i < texts.size() * (thread + 1) / threads; ++i) {
      count += tokenizer.encode(texts[i]).ids.size();  // with offsets, as other tokenizers give them
    }
    tokens[thread] = count;
  };
  const Times times = time_passes(bench.repeat, [&] {
    std::vector<std::jthread> others;
    for (unsigned thread = 1; thread < threads; ++thread) others.emplace_back(tokenize_share, thread);
    tokenize_share(0);
  });
  std::size_t all_tokens = 0;
  for (const std::size_t each : tokens) all_tokens += each;

  ordered_json result = {{"bench", "tokenize"},
                         {"texts", texts.size()},
                         {"bytes", bytes},
                         {"tokens", all_tokens},
                         {"passes", bench.repeat}};
  add_rate(result, "bytes", bytes, times);
  add_rate(result, "tokens", all_tokens, times);
  result["precision"] = nullptr;  // tokenizing has none
  result["isa"] = kernels::name_of(kernels::choose_isa());
  result["threads"] = threads;
  result["peak_rss_mb"] = peak_rss_mb();
  print_result(result, bench.json);
  return 0;
}

}  // namespace mana::cli
