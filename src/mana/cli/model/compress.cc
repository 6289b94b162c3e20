#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/atomic_folder.h"
#include "mana/base/progress.h"
#include "mana/cli/model/compress_options.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/model_output.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/text_input.h"
#include "mana/compress/built_in_texts.h"
#include "mana/compress/dimensions.h"
#include "mana/compress/layers.h"
#include "mana/compress/static_distillation.h"
#include "mana/compress/stored_precision.h"
#include "mana/compress/vocabulary.h"
#include "mana/compress/yardstick.h"
#include "mana/engine/encoder.h"
#include "mana/eval/correlation.h"
#include "mana/models/sentence/model_folder.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kStaticDimensions = 256;

/// One row of the table.
struct Row {
  std::string name;
  models::FolderSize size;
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
    folder_name(options_.output);
    std::vector<GivenPath> inputs;
    add_path(inputs, "--corpus", options_.corpus.input);
    add_path(inputs, "--data", options_.data);
    require_apart({{"--output", options_.output}}, inputs);
    require_safe_output(options_.output, source_, "compressed", options_.force);
    AtomicFolder output = model_folder_output(options_.output, options_.force);
    std::optional<data::ScoredPairs> judged;
    if (options_.data) {
      data::PairColumns columns = options_.columns;
      find_columns(*options_.data, columns, quiet_);
      judged = data::read_scored_pairs(*options_.data, columns);
      note_mistakes(judged->notes, quiet_);
      eval::require_different(judged->scores, "scores", *options_.data);
    }
    note_classifier_left(source_, quiet_);
    models::copy_model(source_, output.temporary());
    transform(output.temporary());
    pack(output.temporary());

    const engine::Encoder uncompressed(source_, encoder_options(kernels::Precision::f32));
    print_notes(uncompressed, quiet_);
    const engine::Encoder compressed(output.temporary(), encoder_options(options_.measured_precision()));
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
  engine::EncoderOptions encoder_options(kernels::Precision precision) const {
    engine::EncoderOptions encoder;
    encoder.threads = options_.threads;
    encoder.precision = precision;
    return encoder;
  }

  std::vector<std::string> corpus() const {
    if (!options_.corpus.input) return compress::texts_to_fit_on();
    std::vector<std::string> texts;
    const data::TextSource source = options_.corpus.open(stop_);
    for (std::string text; source(text);) texts.push_back(text);
    if (texts.empty()) throw ArgumentError(fmt::format("{} holds no text", *options_.corpus.input));
    options_.corpus.note_mistakes(quiet_);
    return texts;
  }

  /// Evenly spread over the corpus: fitting needs no more.
  static std::vector<std::string> sample(std::vector<std::string> texts) {
    constexpr std::size_t kMost = 10000;
    if (texts.size() <= kMost) return texts;
    std::vector<std::string> some;
    some.reserve(kMost);
    for (std::size_t i = 0; i < kMost; ++i) some.push_back(std::move(texts[i * texts.size() / kMost]));
    return some;
  }

  /// The order is that of the help and the documentation.
  void transform(const std::filesystem::path& folder) {
    if (options_.layers) {
      compress::keep_layers(folder, options_.chosen_layers(compress::layer_count(folder)));
    }
    if (options_.vocabulary) compress::reduce_vocabulary(folder, *options_.vocabulary, corpus());
    if (options_.distil) {
      Progress progress(descriptor(), "distilling", "tokens");
      compress::distil_static(
          folder, {.dimensions = options_.dimensions.value_or(kStaticDimensions), .threads = options_.threads},
          corpus(), [&](std::size_t tokens) { progress.set(tokens); }, stop_);
    } else if (options_.dimensions && options_.method == CompressOptions::Method::prefix) {
      compress::keep_first_dimensions(folder, *options_.dimensions);
    } else if (options_.dimensions) {
      const std::vector<std::string> texts = sample(corpus());
      Progress progress(descriptor(), "fitting", "texts", texts.size());
      compress::reduce_dimensions(
          folder, *options_.dimensions, texts, options_.threads, [&](std::size_t done) { progress.set(done); }, stop_);
    }
    // Weights of 8 bits lie in the packed model.
    if (options_.precision.value_or(kernels::Precision::f32) != kernels::Precision::f32)
      compress::store_as_bf16(folder);
  }

  /// A packed model of other weights, which the uncompressed one may have had, would be passed over.
  void pack(const std::filesystem::path& folder) const {
    std::filesystem::remove(folder / models::kPackedModelFile);
    if (!options_.no_pack) models::write_packed_model(folder, options_.pack_targets(), declared_precision());
  }
  std::optional<kernels::Precision> declared_precision() const {
    return options_.precision == options_.measured_precision() ? options_.precision : std::nullopt;
  }

  Row measure(const std::string& name, const std::filesystem::path& folder, const engine::Encoder& encoder,
              const compress::Yardstick& yardstick) const {
    Progress progress(descriptor(), "measuring", "texts", yardstick.texts());
    return {name, models::size_on_disk(folder), encoder.dimensions(), encoder.precision(),
            yardstick.measure(
                encoder, [&](std::size_t texts) { progress.set(texts); }, stop_)};
  }

  void print_result(const Row& before, const Row& after, const compress::Yardstick& yardstick, double drop,
                    std::optional<double> allowed, bool accepted) const {
    const char* quality = yardstick.judged_by_people() ? "spearman" : "agreement";
    if (options_.json) {
      const auto object = [&](const Row& row) {
        return ordered_json{{"bytes", row.size.ordinary},
                            {"packed_bytes", row.size.packed},
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
    std::string table = fmt::format("{:<14}{:>8}{:>11}{:>12}{:>11}{:>11}{:>11}{:>8}\n", "", "MB", "packed MB",
                                    "dimensions", "precision", "texts/s", quality, "drop");
    for (const Row* row : {&before, &after}) {
      table +=
          fmt::format("{:<14}{:>8.1f}{:>11}{:>12}{:>11}{:>11.0f}{:>11.2f}{:>8}\n", row->name,
                      static_cast<double>(row->size.ordinary) / 1e6,
                      row->size.packed > 0 ? fmt::format("{:.1f}", static_cast<double>(row->size.packed) / 1e6) : "",
                      row->dimensions, kernels::name_of(row->precision), row->worth.texts_per_second, row->worth.points,
                      row == &after ? fmt::format("{:.2f}", drop) : "");
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
  return run_interruptibly(
      [&](const Interruption& interruption) {
        constexpr int kRefused = 1;
        return Compression(chosen, options.quiet(), interruption.token()).run() ? 0 : kRefused;
      },
      "mana: interrupted; nothing was written");
}

}  // namespace mana::cli
