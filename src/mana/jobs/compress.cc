#include "mana/jobs/compress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mana/base/atomic_folder.h"
#include "mana/base/output_lock.h"
#include "mana/compress/built_in_texts.h"
#include "mana/compress/dimensions.h"
#include "mana/compress/layers.h"
#include "mana/compress/static_distillation.h"
#include "mana/compress/stored_precision.h"
#include "mana/compress/vocabulary.h"
#include "mana/jobs/model_output.h"
#include "mana/jobs/option_error.h"
#include "mana/jobs/pack_targets.h"
#include "mana/models/sentence/packed_model.h"
#include "mana/models/transformer/config.h"

namespace mana::jobs {
namespace {

constexpr std::size_t kStaticDimensions = 256;

engine::EncoderOptions encoder_options(const CompressOptions& options, kernels::Precision precision) {
  engine::EncoderOptions encoder;
  encoder.threads = options.threads;
  encoder.precision = precision;
  return encoder;
}

/// Evenly spread over the corpus: fitting needs no more.
std::vector<std::string> sample(std::vector<std::string> texts) {
  constexpr std::size_t kMost = 10000;
  if (texts.size() <= kMost) return texts;
  std::vector<std::string> some;
  some.reserve(kMost);
  for (std::size_t i = 0; i < kMost; ++i) some.push_back(std::move(texts[i * texts.size() / kMost]));
  return some;
}

/// Everything but the packed model, in the order of the options.
void transform(const std::filesystem::path& folder, const CompressOptions& options, const StageEvent& stage,
               const std::stop_token& stop) {
  const auto corpus = [&] { return options.corpus ? options.corpus() : compress::texts_to_fit_on(); };
  if (options.layers) {
    const std::vector<std::size_t>& layers = *options.layers;
    const std::size_t of_the_model = compress::layer_count(folder);
    compress::keep_layers(folder,
                          layers.size() == 1 ? compress::evenly_spaced_layers(layers.front(), of_the_model) : layers);
  }
  if (options.vocabulary) compress::reduce_vocabulary(folder, *options.vocabulary, corpus());
  if (options.distil) {
    compress::distil_static(
        folder, {.dimensions = options.dimensions.value_or(kStaticDimensions), .threads = options.threads}, corpus(),
        [&](std::size_t tokens) {
          stage({"distilling", "tokens", tokens});
        },
        stop);
  } else if (options.dimensions && options.method == Shortening::prefix) {
    compress::keep_first_dimensions(folder, *options.dimensions);
  } else if (options.dimensions) {
    const std::vector<std::string> texts = sample(corpus());
    compress::reduce_dimensions(
        folder, *options.dimensions, texts, options.threads,
        [&](std::size_t done) {
          stage({"fitting", "texts", done, texts.size()});
        },
        stop);
  }
  // Weights of 8 bits lie in the packed model.
  if (options.precision.value_or(kernels::Precision::f32) != kernels::Precision::f32) compress::store_as_bf16(folder);
}

/// A packed model of other weights, which the uncompressed one may have had, would be passed over.
void pack(const std::filesystem::path& folder, const CompressOptions& options) {
  std::filesystem::remove(folder / models::kPackedModelFile);
  if (options.no_pack) return;
  const bool measured = options.precision == computed_precision(options.precision);
  models::write_packed_model(folder, pack_targets(options.precision, options.levels),
                             measured ? options.precision : std::nullopt);
}

MeasuredModel measure(const std::filesystem::path& folder, const engine::Encoder& encoder,
                      const compress::Yardstick& yardstick, const StageEvent& stage, const std::stop_token& stop) {
  return {models::size_on_disk(folder), encoder.dimensions(), encoder.precision(),
          yardstick.measure(
              encoder,
              [&](std::size_t texts) {
                stage({"measuring", "texts", texts, yardstick.texts()});
              },
              stop)};
}

}  // namespace

std::optional<double> CompressOptions::allowed_drop() const {
  constexpr double kPrecisionDrop = 0.5, kDimensionsDrop = 2, kVocabularyDrop = 2;  // points
  if (max_drop) return max_drop;
  if (layers || distil) return std::nullopt;
  return (precision ? kPrecisionDrop : 0) + (dimensions ? kDimensionsDrop : 0) + (vocabulary ? kVocabularyDrop : 0);
}

void check(const CompressOptions& options) {
  if (options.method == Shortening::prefix && options.distil) {
    throw OptionError("`distil` has its own dimensions: leave out `method`");
  }
  if (options.method == Shortening::prefix && !options.dimensions) {
    throw OptionError("`method` prefix needs `dimensions`");
  }
  if (options.no_pack && options.levels) {
    throw OptionError("`levels` and `no_pack` contradict each other: give one of them");
  }
  if (options.no_pack && !options.layers && !options.vocabulary && !options.distil && !options.dimensions &&
      !options.precision) {
    throw OptionError(
        "nothing is left to do: give `layers`, `vocabulary`, `distil`, `dimensions` or `precision`, or leave out "
        "`no_pack`");
  }
  if (options.no_pack && options.precision == kernels::Precision::int8) {
    throw OptionError("`precision` int8 is stored in the packed model: leave out `no_pack`");
  }
  if (options.vocabulary && !options.corpus) {
    throw OptionError("`vocabulary` needs a `corpus`, which says what tokens are used");
  }
  if (!options.no_pack) pack_targets(options.precision, options.levels);
}

namespace {

void refuse_translator(const std::filesystem::path& folder) {
  if (!models::is_translator(folder)) return;
  throw ArgumentError(fmt::format("{} is a translator, which pack_translator() is for", folder.string()));
}

}  // namespace

CompressResult compress_model(const CompressOptions& options, const CompressEvents& events,
                              const std::stop_token& stop) {
  check(options);
  refuse_translator(options.model);
  require_safe_output(options.output, options.model, "compressed", options.force);
  const OutputLock lock(options.output);
  AtomicFolder output = model_folder_output(options.output, options.force);
  models::copy_model(options.model, output.temporary());
  transform(output.temporary(), options, events.stage, stop);
  pack(output.temporary(), options);

  const engine::Encoder uncompressed(options.model, encoder_options(options, kernels::Precision::f32));
  events.loaded(uncompressed);
  const engine::Encoder compressed(output.temporary(), encoder_options(options, computed_precision(options.precision)));
  const compress::Yardstick yardstick = options.data
                                            ? compress::Yardstick(*options.data)
                                            : compress::Yardstick(uncompressed, compress::texts_to_compare_on(), stop);
  CompressResult result;
  result.before = measure(options.model, uncompressed, yardstick, events.stage, stop);
  result.after = measure(output.temporary(), compressed, yardstick, events.stage, stop);
  result.pairs = yardstick.pairs();
  result.judged_by_people = yardstick.judged_by_people();
  result.drop = result.before.worth.points - result.after.worth.points;
  result.allowed = options.allowed_drop();
  if (!options.force && result.allowed && result.drop > *result.allowed) return result;
  if (stop.stop_requested()) throw Cancelled("the compression was cancelled");
  output.commit();
  result.written = true;
  return result;
}

}  // namespace mana::jobs
