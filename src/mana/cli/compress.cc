#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/base/file.h"
#include "mana/base/progress.h"
#include "mana/cli/commands.h"
#include "mana/cli/interruption.h"
#include "mana/cli/model_options.h"
#include "mana/cli/output.h"
#include "mana/cli/text_input.h"
#include "mana/compress/built_in_texts.h"
#include "mana/compress/dimensions.h"
#include "mana/compress/layers.h"
#include "mana/compress/model_folder.h"
#include "mana/compress/static_distillation.h"
#include "mana/compress/stored_precision.h"
#include "mana/compress/vocabulary.h"
#include "mana/compress/yardstick.h"
#include "mana/engine/encoder.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

enum class Method { pca, prefix };

constexpr double kPrecisionDrop = 0.5, kDimensionsDrop = 2, kVocabularyDrop = 2;  // points
constexpr std::size_t kStaticDimensions = 256;

struct CompressOptions {
  ModelChoice model;
  std::string output;
  std::optional<std::string> layers;
  std::optional<std::size_t> vocabulary;
  bool distil = false;
  std::optional<std::size_t> dimensions;
  Method method = Method::pca;
  std::optional<kernels::Precision> precision;
  TextInput corpus;
  std::optional<std::string> data;
  data::PairColumns columns;
  std::optional<std::string> max_drop;
  bool force = false;
  bool json = false;
  unsigned threads = 0;

  void describe(Options& options) {
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
    options.choice<kernels::Precision>("--precision", "Precision to store and measure the model in",
                                       {{"bf16", kernels::Precision::bf16}, {"int8", kernels::Precision::int8}},
                                       precision);
    options.option("--corpus", "FILE", "Texts like those to embed, to fit on; without it, a thousand built-in ones",
                   corpus.input);
    options.group("What it may cost");
    options.option("--data", "FILE.tsv", "Judged pairs to measure by; without it, agreement on built-in texts", data);
    options.option("--score", "COLUMN", "The column of the scores", columns.score);
    options.option("--text-a", "COLUMN", "The column of the first texts", columns.first);
    options.option("--text-b", "COLUMN", "The column of the second texts", columns.second);
    options.option(
        "--max-drop", "POINTS",
        "The most points that may be lost; 0.5 for precision and 2 each for dimensions and vocabulary unless "
        "said, any with layers and static",
        max_drop);
    options.flag("--force", "Write it whatever it costs, in place of an older model where there is one", force);
    options.flag("--json", "Print a JSON object", json);
    options.group("Model");
    model.describe(options);
    options.option("--threads", "N", "Threads; 0 is one for each processor", threads);
  }

  void check() const {
    check_threads(threads);
    if (method == Method::prefix && distil) {
      throw UsageError("--static has its own dimensions: leave out --method");
    }
    if (method == Method::prefix && !dimensions) throw UsageError("--method prefix needs --dimensions");
    if (!layers && !vocabulary && !distil && !dimensions && !precision) {
      throw UsageError("say how to compress: --layers, --vocabulary, --static, --dimensions or --precision");
    }
    if (vocabulary && !corpus.input) throw UsageError("--vocabulary needs a --corpus, which says what tokens are used");
  }

  /// Nothing where any loss is taken.
  std::optional<double> allowed_drop() const {
    if (max_drop) {
      double points = 0;
      const auto [end, error] = std::from_chars(max_drop->data(), max_drop->data() + max_drop->size(), points);
      if (error != std::errc() || end != max_drop->data() + max_drop->size() || !(points >= 0 && points <= 200)) {
        Options::refuse("--max-drop", "points from 0 to 200", *max_drop);
      }
      return points;
    }
    if (layers || distil) return std::nullopt;
    return (precision ? kPrecisionDrop : 0) + (dimensions ? kDimensionsDrop : 0) + (vocabulary ? kVocabularyDrop : 0);
  }
};

/// "3" of the model's, or "0,2,5".
std::vector<std::size_t> chosen_layers(const std::string& text, std::size_t layers) {
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
  return numbers.size() == 1 ? compress::evenly_spaced_layers(numbers.front(), layers) : numbers;
}

/// One row of the table.
struct Row {
  std::string name;
  std::uint64_t bytes = 0;
  std::size_t dimensions = 0;
  kernels::Precision precision = kernels::Precision::f32;
  compress::Worth worth;
};

class Compression {
 public:
  Compression(const CompressOptions& options, bool quiet, std::stop_token stop)
      : options_(options), quiet_(quiet), stop_(std::move(stop)), source_(options.model.folder()) {}

  /// Whether the result may be kept.
  bool run() {
    require_safe_output();
    AtomicFolder output(options_.output,
                        options_.force ? AtomicFolder::Existing::replace : AtomicFolder::Existing::refuse);
    std::optional<data::ScoredPairs> judged;
    if (options_.data) judged = data::read_scored_pairs(*options_.data, options_.columns);
    compress::copy_model(source_, output.temporary());
    transform(output.temporary());

    const engine::Encoder uncompressed(source_, encoder_options(kernels::Precision::f32));
    const engine::Encoder compressed(output.temporary(), encoder_options(precision_after()));
    const compress::Yardstick yardstick =
        judged ? compress::Yardstick(*std::move(judged))
               : compress::Yardstick(uncompressed, compress::texts_to_compare_on(), stop_);
    const Row before = measure("uncompressed", source_, uncompressed, yardstick);
    const Row after = measure("compressed", output.temporary(), compressed, yardstick);
    const double drop = before.worth.points - after.worth.points;
    const std::optional<double> allowed = options_.allowed_drop();
    const bool accepted = options_.force || !allowed || drop <= *allowed;
    print_result(before, after, yardstick, drop, allowed, accepted);
    if (!accepted) {
      note(fmt::format(
          "mana: nothing was written: {:.2f} points are lost, more than {:.2f}; allow it with --max-drop or --force",
          drop, *allowed));
      return false;
    }
    if (stop_.stop_requested()) throw Cancelled("the compression was cancelled");
    output.commit();
    return true;
  }

 private:
  /// --force must not remove what is no model, nor the model that is read.
  void require_safe_output() const {
    const std::filesystem::path output = options_.output;
    std::error_code error;
    const auto place = std::filesystem::weakly_canonical(output, error);
    const auto source = std::filesystem::weakly_canonical(source_, error);
    if (std::mismatch(place.begin(), place.end(), source.begin(), source.end()).first == place.end()) {
      throw ArgumentError(
          fmt::format("{} holds the model that is to be compressed; give another folder", output.string()));
    }
    if (!options_.force || !std::filesystem::is_directory(output, error) || std::filesystem::is_empty(output, error))
      return;
    if (!file_exists(output / "modules.json") && !file_exists(output / "config.json")) {
      throw ArgumentError(
          fmt::format("{} holds something else than a model, which --force does not replace", output.string()));
    }
  }

  engine::EncoderOptions encoder_options(kernels::Precision precision) const {
    engine::EncoderOptions encoder;
    encoder.threads = options_.threads;
    encoder.precision = precision;
    return encoder;
  }

  /// bf16 is what is stored; where the processor has no products of bf16, they are f32's.
  kernels::Precision precision_after() const {
    const kernels::Precision wanted = options_.precision.value_or(kernels::Precision::f32);
    return kernels::available(wanted, kernels::choose_isa({})) ? wanted : kernels::Precision::f32;
  }

  std::vector<std::string> corpus() const {
    if (!options_.corpus.input) return compress::texts_to_fit_on();
    std::vector<std::string> texts;
    const data::TextSource source = options_.corpus.open(stop_);
    for (std::string text; source(text);) texts.push_back(text);
    if (texts.empty()) throw ArgumentError(fmt::format("{} holds no text", *options_.corpus.input));
    return texts;
  }

  /// Evenly spread over the corpus: fitting needs no more.
  static std::vector<std::string> sample(std::vector<std::string> texts) {
    constexpr std::size_t kMost = 10000;
    if (texts.size() <= kMost) return texts;
    std::vector<std::string> some;
    for (std::size_t i = 0; i < kMost; ++i) some.push_back(std::move(texts[i * texts.size() / kMost]));
    return some;
  }

  /// The order is that of the help and the documentation.
  void transform(const std::filesystem::path& folder) {
    if (options_.layers) {
      compress::keep_layers(folder, chosen_layers(*options_.layers, compress::layer_count(folder)));
    }
    if (options_.vocabulary) compress::reduce_vocabulary(folder, *options_.vocabulary, corpus());
    if (options_.distil) {
      Progress progress(descriptor(), "distilling", "tokens");
      compress::distil_static(
          folder, {.dimensions = options_.dimensions.value_or(kStaticDimensions), .threads = options_.threads},
          corpus(), [&](std::size_t tokens) { progress.set(tokens); }, stop_);
    } else if (options_.dimensions && options_.method == Method::prefix) {
      compress::keep_first_dimensions(folder, *options_.dimensions);
    } else if (options_.dimensions) {
      const std::vector<std::string> texts = sample(corpus());
      Progress progress(descriptor(), "fitting", "texts", texts.size());
      compress::reduce_dimensions(
          folder, *options_.dimensions, texts, options_.threads, [&](std::size_t done) { progress.set(done); }, stop_);
    }
    if (options_.precision == kernels::Precision::bf16) compress::store_as_bf16(folder);
  }

  Row measure(const std::string& name, const std::filesystem::path& folder, const engine::Encoder& encoder,
              const compress::Yardstick& yardstick) const {
    Progress progress(descriptor(), "measuring", "texts", yardstick.texts());
    return {name, compress::bytes_on_disk(folder), encoder.dimensions(), encoder.precision(),
            yardstick.measure(
                encoder, [&](std::size_t texts) { progress.set(texts); }, stop_)};
  }

  void print_result(const Row& before, const Row& after, const compress::Yardstick& yardstick, double drop,
                    std::optional<double> allowed, bool accepted) const {
    const char* quality = yardstick.judged_by_people() ? "spearman" : "agreement";
    if (options_.json) {
      const auto object = [&](const Row& row) {
        return ordered_json{{"bytes", row.bytes},
                            {"dimensions", row.dimensions},
                            {"precision", kernels::name_of(row.precision)},
                            {"texts_per_second", row.worth.texts_per_second},
                            {quality, row.worth.points}};
      };
      print(ordered_json{{"before", object(before)},
                         {"after", object(after)},
                         {"pairs", yardstick.pairs()},
                         {"drop", drop},
                         {"max_drop", allowed ? ordered_json(*allowed) : ordered_json()},
                         {"written", accepted}}
                .dump() +
            "\n");
      return;
    }
    std::string table = fmt::format("{:<14}{:>10}{:>12}{:>11}{:>11}{:>11}{:>8}\n", "", "MB", "dimensions", "precision",
                                    "texts/s", quality, "drop");
    for (const Row* row : {&before, &after}) {
      table +=
          fmt::format("{:<14}{:>10.1f}{:>12}{:>11}{:>11.0f}{:>11.2f}{:>8}\n", row->name,
                      static_cast<double>(row->bytes) / 1e6, row->dimensions, kernels::name_of(row->precision),
                      row->worth.texts_per_second, row->worth.points, row == &after ? fmt::format("{:.2f}", drop) : "");
    }
    print(table);
  }

  int descriptor() const { return quiet_ ? -1 : STDERR_FILENO; }

  const CompressOptions& options_;
  bool quiet_;
  std::stop_token stop_;
  std::filesystem::path source_;
};

}  // namespace

int compress_model(Options& options) {
  CompressOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.check();
  const Interruption interruption;
  try {
    constexpr int kRefused = 1;
    return Compression(chosen, options.quiet(), interruption.token()).run() ? 0 : kRefused;
  } catch (const Cancelled&) {
    note("mana: interrupted; nothing was written");
    return interruption.exit_status();
  }
}

}  // namespace mana::cli
