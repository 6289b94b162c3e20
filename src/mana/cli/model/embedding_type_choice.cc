#include "mana/cli/model/embedding_type_choice.h"

#include <fmt/format.h>
#include <unistd.h>

#include <span>
#include <string_view>
#include <utility>

#include "mana/base/counted.h"
#include "mana/base/errors.h"
#include "mana/base/progress.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"

namespace mana::cli {
namespace {

using compress::EmbeddingType;

compress::EmbeddingRanges calibrate_on(const TextInput& sample, const engine::Encoder& encoder, bool quiet,
                                       std::stop_token stop) {
  const std::string& path = *sample.input;
  compress::Calibration calibration(encoder.dimensions());
  try {
    Progress progress(quiet ? -1 : STDERR_FILENO, "calibrating", "texts");
    const auto sink = [&](std::size_t, std::span<const std::string>, const engine::Embeddings& rows) {
      calibration.add(rows.values);
    };
    encoder.stream(sample.open(stop), sink, stop, [&](std::size_t more) { advance(progress, more, sample); });
  } catch (const FormatError& error) {
    throw FormatError(fmt::format("--calibrate {}: {}", path, error.what()));
  }
  sample.note_mistakes(quiet);
  constexpr std::uint64_t kFew = 100;  // sentence-transformers warns below as many
  if (calibration.size() < kFew && !quiet) {
    note(fmt::format("{}: too few to calibrate on; numbers of other texts will fall outside the ranges",
                     counted(calibration.size(), "text")));
  }
  try {
    return calibration.ranges();
  } catch (const ArgumentError& error) {
    throw ArgumentError(fmt::format("--calibrate {}: {}", path, error.what()));
  }
}

}  // namespace

void EmbeddingTypeChoice::describe(Options& options) {
  options.choice<EmbeddingType>("--embedding-type", "As what the numbers are stored; int8 and uint8 need ranges",
                                {{"f32", EmbeddingType::f32},
                                 {"f16", EmbeddingType::f16},
                                 {"int8", EmbeddingType::int8},
                                 {"uint8", EmbeddingType::uint8},
                                 {"binary", EmbeddingType::binary},
                                 {"ubinary", EmbeddingType::ubinary}},
                                type);
  options.option("--calibrate", "FILE", "Texts like those to come; the ranges of their vectors are divided into levels",
                 calibrate);
  options.option("--calibrate-column", "NAME",
                 "Its column or field that holds the texts (default: that of the texts to embed, else text)",
                 calibrate_column);
  options.option("--ranges", "FILE", "The ranges as .npy [2, dimensions], instead of --calibrate", ranges);
  options.option("--write-ranges", "FILE", "Keep the ranges that are used, for --ranges of queries and later texts",
                 write_ranges);
}

void EmbeddingTypeChoice::check(const TextInput& input) const {
  if (ranges && calibrate) throw UsageError("--ranges and --calibrate contradict each other: give one of them");
  if (calibrate_column && !calibrate) {
    throw UsageError("--calibrate-column belongs to --calibrate, which was not given");
  }
  if (!compress::needs_ranges(type)) {
    const char* given = ranges ? "--ranges" : calibrate ? "--calibrate" : write_ranges ? "--write-ranges" : nullptr;
    if (given == nullptr) return;
    throw UsageError(
        fmt::format("{} belongs to --embedding-type int8 or uint8: {} has no ranges", given, compress::name_of(type)));
  }
  if (!ranges && !calibrate) {
    throw UsageError(
        fmt::format("--embedding-type {} needs the range of each dimension: give --calibrate FILE with some thousand "
                    "texts like yours, or --ranges FILE.npy that --write-ranges kept",
                    compress::name_of(type)));
  }
  if (write_ranges && ending_of(*write_ranges) != ".npy" && !ending_of(*write_ranges).empty()) {
    throw UsageError(
        fmt::format("--write-ranges {}: an array of NumPy is written; let the name end in .npy", *write_ranges));
  }
  if (calibrate == "-" && input.texts.empty() && input.input.value_or("-") == "-") {
    throw UsageError("--calibrate and the texts cannot both come from standard input: give one of them as a file");
  }
}

TextInput EmbeddingTypeChoice::sample(const TextInput& input) const {
  TextInput found;
  found.input = calibrate;
  found.column = calibrate_column;
  if (calibrate_column) return found;
  found.column = input.column;
  found.field = input.field;
  found.form = input.form;
  return found;
}

std::optional<compress::EmbeddingRanges> EmbeddingTypeChoice::find_ranges(const TextInput& input,
                                                                          const engine::Encoder& encoder, bool quiet,
                                                                          std::stop_token stop) const {
  if (!compress::needs_ranges(type)) return std::nullopt;
  compress::EmbeddingRanges found =
      ranges ? compress::EmbeddingRanges::read(*ranges) : calibrate_on(sample(input), encoder, quiet, std::move(stop));
  if (found.dimensions() != encoder.dimensions()) {
    throw ArgumentError(
        fmt::format("{} has the ranges of {} dimensions, but the vectors have {}: calibrate with the "
                    "same --model and --truncate-dim",
                    *ranges, found.dimensions(), encoder.dimensions()));
  }
  if (write_ranges) found.write(*write_ranges);
  return found;
}

}  // namespace mana::cli
