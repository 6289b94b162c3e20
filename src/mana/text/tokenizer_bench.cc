// Throughput on real text: MANA_TEST_DATA has the texts, the default model the English vocabulary.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "mana/text/tokenizer.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

fs::path from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

// The non-empty lines in the first `size` bytes of a file packed by zstd.
std::vector<std::string> lines(const fs::path& path, std::size_t size) {
  const std::string command = "zstd -dcq '" + path.string() + "' 2>/dev/null | head -c " + std::to_string(size);
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string all;
  std::array<char, 65536> block;
  while (const std::size_t read = fread(block.data(), 1, block.size(), pipe.get())) all.append(block.data(), read);
  std::vector<std::string> result;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    if (end > at) result.push_back(all.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

struct Job {
  fs::path model;
  fs::path texts;
  std::size_t size;
};

Job english() {
  return {from_environment("MANA_HOME", "~/.cache/mana") / "models/all-MiniLM-L6-v2",
          from_environment("MANA_TEST_DATA", "") / "classics/classics-en.txt.zst", 50'000'000};
}

Job persian() {
  const fs::path data = from_environment("MANA_TEST_DATA", "");
  return {data / "tokenizers/bert-base-multilingual-cased", data / "persian-text/poems.tsv.zst", 50'000'000};
}

template <class Use>
void run(benchmark::State& state, const Job& job, Use&& use) {
  if (!fs::exists(job.model) || !fs::exists(job.texts)) return state.SkipWithError("set MANA_HOME and MANA_TEST_DATA");
  const Tokenizer tokenizer = Tokenizer::load(job.model);
  SequentialTokenizer sequential(tokenizer);
  const std::vector<std::string> texts = lines(job.texts, job.size);
  std::int64_t bytes = 0, tokens = 0;
  for (auto _ : state) {
    for (const std::string& text : texts) {
      tokens += static_cast<std::int64_t>(use(sequential, text));
      bytes += static_cast<std::int64_t>(text.size());
    }
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(tokens);
}

std::size_t encode(SequentialTokenizer& tokenizer, const std::string& text) {
  return tokenizer.encode(text).ids.size();
}

std::size_t append(SequentialTokenizer& tokenizer, const std::string& text) {
  static thread_local std::vector<TokenId> ids;
  ids.clear();
  return tokenizer.append(text, {}, ids).kept;
}

void encode_english(benchmark::State& state) { run(state, english(), encode); }
void append_english(benchmark::State& state) { run(state, english(), append); }
void encode_persian(benchmark::State& state) { run(state, persian(), encode); }
void append_persian(benchmark::State& state) { run(state, persian(), append); }
BENCHMARK(encode_english)->Unit(benchmark::kMillisecond);
BENCHMARK(append_english)->Unit(benchmark::kMillisecond);
BENCHMARK(encode_persian)->Unit(benchmark::kMillisecond);
BENCHMARK(append_persian)->Unit(benchmark::kMillisecond);

void load(benchmark::State& state, const Job& job) {
  if (!fs::exists(job.model)) return state.SkipWithError("set MANA_HOME and MANA_TEST_DATA");
  for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::load(job.model));
}
void load_english(benchmark::State& state) { load(state, english()); }
void load_multilingual(benchmark::State& state) { load(state, persian()); }
BENCHMARK(load_english)->Unit(benchmark::kMillisecond);
BENCHMARK(load_multilingual)->Unit(benchmark::kMillisecond);

void start(benchmark::State& state, const Job& job) {
  if (!fs::exists(job.model)) return state.SkipWithError("set MANA_HOME and MANA_TEST_DATA");
  const std::vector<std::byte> compiled = Tokenizer::load(job.model).compiled();
  for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::from_compiled(compiled, nullptr));
  state.counters["bytes"] = static_cast<double>(compiled.size());
}
void start_compiled_english(benchmark::State& state) { start(state, english()); }
void start_compiled_multilingual(benchmark::State& state) { start(state, persian()); }
BENCHMARK(start_compiled_english)->Unit(benchmark::kMillisecond);
BENCHMARK(start_compiled_multilingual)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mana::text
