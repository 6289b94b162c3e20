#include "mana/cli/model/compress_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "mana/compress/layers.h"

namespace mana::cli {
namespace {

constexpr double kPrecisionDrop = 0.5, kDimensionsDrop = 2, kVocabularyDrop = 2;  // points

kernels::Isa level_named(const std::string& name) {
  const std::optional<kernels::Isa> level = kernels::isa_named(name);
  if (!level || *level == kernels::Isa::reference) Options::refuse("--levels", "avx2, avx512 or amx", name);
  const std::vector<kernels::Isa> here = kernels::available_isas();
  if (std::ranges::find(here, *level) == here.end()) {
    throw UsageError(fmt::format("--levels: this processor has no {}; pack on one that has, or leave it out", name));
  }
  return *level;
}

}  // namespace

void CompressOptions::describe(Options& options) {
  options.option("--output", "DIR", "The folder to write", output);
  options.require("--output");
  options.group("What to do, in this order");
  options.option("--layers", "N", "Keep N layers, evenly spread, or those of a list from 0: 0,2,5", layers);
  options.option("--vocabulary", "N", "Keep the N tokens that the corpus has most", vocabulary);
  options.flag("--static", "Distil static embeddings: a vector for each token, for hundreds of times the speed",
               distil);
  options.option("--dimensions", "N", "Make vectors of N numbers (--static: 256)", dimensions);
  options.choice<Method>("--method", "How: by principal axes, or the first numbers of a Matryoshka model",
                         {{"pca", Method::pca}, {"prefix", Method::prefix}}, method);
  options.choice<kernels::Precision>(
      "--precision", "Precision to store and measure the model in",
      {{"f32", kernels::Precision::f32}, {"bf16", kernels::Precision::bf16}, {"int8", kernels::Precision::int8}},
      precision);
  options.option("--levels", "LIST",
                 "Instruction sets that the packed model is for, avx2,avx512,amx; without it, the best one of this "
                 "processor",
                 levels);
  options.flag("--no-pack", "Leave out the packed model, model.mana", no_pack);
  options.option("--corpus", "FILE", "Texts like those to embed, to fit on; without it, a thousand built-in ones",
                 corpus.input);
  options.group("What it may cost");
  options.option("--data", "FILE",
                 "Judged pairs to measure by, as for mana eval sts; without it, agreement on built-in texts", data);
  options.option("--score", "COLUMN", "The column of the scores", columns.score);
  options.option("--text-a", "COLUMN", "The column of the first texts", columns.first);
  options.option("--text-b", "COLUMN", "The column of the second texts", columns.second);
  options.option("--max-drop", "POINTS",
                 "The most points that may be lost; 0.5 for precision and 2 each for dimensions and vocabulary unless "
                 "said, any with layers and static",
                 max_drop, {.least = 0, .most = 200, .wanted = "points from 0 to 200"});
  options.flag("--force", "Write it whatever it costs, in place of an older model where there is one", force);
  options.flag("--json", "Print a JSON object", json);
  options.group("Model");
  model.describe(options);
  describe_threads(options, threads);
}

void CompressOptions::check() const {
  if (method == Method::prefix && distil) {
    throw UsageError("--static has its own dimensions: leave out --method");
  }
  if (method == Method::prefix && !dimensions) throw UsageError("--method prefix needs --dimensions");
  if (no_pack && levels) throw UsageError("--levels and --no-pack contradict each other: give one of them");
  if (no_pack && !layers && !vocabulary && !distil && !dimensions && !precision) {
    throw UsageError(
        "nothing is left to do: give --layers, --vocabulary, --static, --dimensions or --precision, or leave out "
        "--no-pack");
  }
  if (no_pack && precision == kernels::Precision::int8) {
    throw UsageError("--precision int8 is stored in the packed model: leave out --no-pack");
  }
  if (vocabulary && !corpus.input) throw UsageError("--vocabulary needs a --corpus, which says what tokens are used");
}

std::optional<double> CompressOptions::allowed_drop() const {
  if (max_drop) return max_drop;
  if (layers || distil) return std::nullopt;
  return (precision ? kPrecisionDrop : 0) + (dimensions ? kDimensionsDrop : 0) + (vocabulary ? kVocabularyDrop : 0);
}
std::vector<std::size_t> CompressOptions::chosen_layers(std::size_t of_the_model) const {
  const std::string& text = *layers;  // "3", or "0,2,5"
  std::vector<std::size_t> numbers;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::size_t number = 0;
    const auto [stopped, error] = std::from_chars(text.data() + begin, text.data() + end, number);
    if (error != std::errc() || stopped != text.data() + end) {
      Options::refuse("--layers", "a number, or numbers with commas between", text);
    }
    numbers.push_back(number);
    begin = end + 1;
  }
  return numbers.size() == 1 ? compress::evenly_spaced_layers(numbers.front(), of_the_model) : numbers;
}

std::vector<models::PackTarget> CompressOptions::pack_targets() const {
  if (!levels) {
    const kernels::Isa best = kernels::choose_isa();
    return {{best, precision ? measured_precision() : kernels::automatic_precision(best)}};
  }
  std::vector<models::PackTarget> targets;
  for (std::size_t begin = 0; begin <= levels->size();) {
    const std::size_t end = std::min(levels->find(',', begin), levels->size());
    const kernels::Isa level = level_named(levels->substr(begin, end - begin));
    const kernels::Precision wanted = precision.value_or(kernels::automatic_precision(level));
    if (!kernels::available(wanted, level)) {
      throw UsageError(
          fmt::format("--levels: {} has no kernels in {}", kernels::name_of(level), kernels::name_of(wanted)));
    }
    targets.push_back({level, wanted});
    begin = end + 1;
  }
  return targets;
}

kernels::Precision CompressOptions::measured_precision() const {
  const kernels::Precision wanted = precision.value_or(kernels::Precision::f32);
  return kernels::available(wanted, kernels::choose_isa()) ? wanted : kernels::Precision::f32;
}

}  // namespace mana::cli
