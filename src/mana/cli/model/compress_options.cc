#include "mana/cli/model/compress_options.h"

#include <charconv>
#include <string_view>
#include <vector>

#include "mana/cli/shell/lists.h"

namespace mana::cli {
namespace {

/// "3", or "0,2,5"
std::vector<std::size_t> layer_numbers(const std::string& text) {
  std::vector<std::size_t> numbers;
  for (const std::string_view each : items_of(text)) {
    std::size_t number = 0;
    const auto [stopped, error] = std::from_chars(each.data(), each.data() + each.size(), number);
    if (error != std::errc() || stopped != each.data() + each.size()) {
      Options::refuse("--layers", "a number, or numbers with commas between", text);
    }
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<kernels::Isa> level_names(const std::string& text) {
  std::vector<kernels::Isa> levels;
  for (const std::string_view name : items_of(text)) {
    const std::optional<kernels::Isa> level = kernels::isa_named(name);
    if (!level || *level == kernels::Isa::portable) Options::refuse("--levels", "avx2, avx512 or amx", name);
    levels.push_back(*level);
  }
  return levels;
}

}  // namespace

void CompressOptions::describe(Options& options) {
  options.option("--output", "DIR", "The folder to write", output);
  options.require("--output");
  options.group("What to do, in this order");
  options.option("--layers", "N", "Keep N layers, evenly spread, or those of a list from 0: 0,2,5", layers);
  options.option("--vocabulary", "N", "Keep the N tokens that the corpus has most", job.vocabulary);
  options.flag("--static", "Distil static embeddings: a vector for each token, for hundreds of times the speed",
               job.distil);
  options.option("--dimensions", "N", "Make vectors of N numbers (--static: 256)", job.dimensions);
  options.choice<jobs::Shortening>("--method", "How: by principal axes, or the first numbers of a Matryoshka model",
                                   {{"pca", jobs::Shortening::pca}, {"prefix", jobs::Shortening::prefix}}, job.method);
  options.choice<kernels::Precision>(
      "--precision", "Precision to store and measure the model in",
      {{"f32", kernels::Precision::f32}, {"bf16", kernels::Precision::bf16}, {"int8", kernels::Precision::int8}},
      job.precision);
  options.option("--levels", "LIST",
                 "Instruction sets that the packed model is for, avx2,avx512,amx; without it, the best one of this "
                 "processor",
                 levels);
  options.flag("--no-pack", "Leave out the packed model, model.mana", job.no_pack);
  options.option("--corpus", "FILE", "Texts like those to embed, to fit on; without it, a thousand built-in ones",
                 corpus.input);
  options.option("--corpus-column", "NAME", "Its column or field that holds the texts (default: text)", corpus.column);
  options.group("What it may cost");
  options.option("--data", "FILE",
                 "Judged pairs to measure by, as for mana eval sts; without it, agreement on built-in texts", data);
  options.option("--score", "COLUMN", "The column of the scores", columns.score);
  options.option("--text-a", "COLUMN", "The column of the first texts", columns.first);
  options.option("--text-b", "COLUMN", "The column of the second texts", columns.second);
  options.option("--max-drop", "POINTS",
                 "The most points that may be lost; 0.5 for precision and 2 each for dimensions and vocabulary unless "
                 "said, any with layers and static",
                 job.max_drop, {.least = 0, .most = 200, .wanted = "points from 0 to 200"});
  options.flag("--force", "Write it whatever it costs, in place of an older model where there is one", job.force);
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  describe_threads(options, job.threads);
  options.known_as("distil", "--static");
}

void CompressOptions::settle(const Options& options) {
  options.refuse_unless(corpus.input.has_value(), {"--corpus-column"}, "--corpus");
  if (layers) job.layers = layer_numbers(*layers);
  if (levels) job.levels = level_names(*levels);
  if (corpus.input) job.corpus = [] { return std::vector<std::string>(); };
  jobs::check(job);
}

}  // namespace mana::cli
