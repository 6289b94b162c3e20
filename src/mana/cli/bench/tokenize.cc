#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mana/base/processors.h"
#include "mana/base/team.h"
#include "mana/cli/bench/bench.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/model_options.h"
#include "mana/formats/sentence_folder.h"
#include "mana/formats/sentence_tokenizer.h"
#include "mana/kernels/isa.h"
#include "mana/text/tokenizer.h"

namespace mana::cli {

int bench_tokenize(Options& options) {
  BenchOptions bench;
  ModelChoice model;
  unsigned threads = 1;
  bench.describe(options);
  describe_threads(options, threads, "Threads, each with its share of the texts");
  options.group("Model");
  model.describe(options);
  if (!options.parse()) return 0;
  threads = thread_count(threads);

  const std::vector<std::string> texts = bench.texts();
  const text::Tokenizer tokenizer = formats::load_tokenizer(formats::read_sentence_folder(model.folder()));
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();
  std::vector<std::size_t> tokens(threads);
  const auto tokenize_share = [&](unsigned thread) {
    text::SequentialTokenizer sequential(tokenizer);
    std::size_t count = 0;
    const Part part = part_of(texts.size(), thread, threads);
    for (std::size_t i = part.begin; i < part.end; ++i) {
      count += sequential.encode(texts[i]).ids.size();  // with offsets, as other tokenizers give them
    }
    tokens[thread] = count;
  };
  Team team(threads);
  const Times times = time_passes(bench.repeat, [&] { team.run(tokenize_share); });
  std::size_t all_tokens = 0;
  for (const std::size_t each : tokens) all_tokens += each;

  nlohmann::ordered_json result = {{"bench", "tokenize"},
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
