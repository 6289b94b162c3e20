#include "mana/generate/cache_size.h"

#include <fmt/format.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/base/machine_memory.h"
#include "mana/kernels/attention_step.h"

namespace mana::generate {

std::size_t rows_of_a_text(const Options& options) {
  return std::max(options.beam, options.sampling ? options.hypotheses : 1);
}

std::size_t rows_at_once(kernels::Precision precision) {
  return precision == kernels::Precision::f32 ? 196 : 39;  // fourteen blocks of the products' rows, or three
}

CacheSize cache_size(const models::TransformerConfig& config, const Options& options, const kernels::Table& kernels,
                     const SearchSize& search) {
  const std::size_t rows = rows_of_a_text(options);
  const std::size_t texts_of_a_thread = std::max<std::size_t>(1, rows_at_once(kernels.precision) / rows);
  CacheSize size;
  size.sources = std::min(search.texts, texts_of_a_thread * search.threads);
  size.hypotheses = size.sources * rows;
  size.target_tokens = options.max_length;
  size.source_tokens = search.longest_source;
  const kernels::KeyValueLayout& layout = kernels::attention_steps(kernels).layout;
  const std::size_t width = config.head_width_of(config.decoder);
  const kernels::KeyValueShape shape{config.decoder.heads, width, width};
  // In floating point: no product may be too large for 64 bits.
  const auto kept = [&](std::size_t sequences, std::size_t tokens) {
    const std::size_t elements = layout.key_size(shape, tokens) + layout.value_size(shape, tokens);
    return static_cast<double>(sequences) * static_cast<double>(elements * sizeof(float));
  };
  const double bytes = static_cast<double>(config.decoder.layers) *
                       (kept(size.hypotheses, size.target_tokens) + kept(size.sources, size.source_tokens));
  constexpr double kMost = 9e18;
  size.bytes = static_cast<std::uint64_t>(std::min(bytes, kMost));
  return size;
}

void require_memory(const CacheSize& size) {
  const std::uint64_t memory = machine_memory();
  if (size.bytes <= memory / 4) return;
  constexpr double kGigabyte = 1e9;
  throw ArgumentError(
      fmt::format("keys and values of {} hypotheses of {} tokens would take {:.1f} GB, more than a quarter of the "
                  "{:.1f} GB of this "
                  "machine: choose a narrower `beam`, a smaller `max_length` or fewer `threads`",
                  size.hypotheses, size.target_tokens, static_cast<double>(size.bytes) / kGigabyte,
                  static_cast<double>(memory) / kGigabyte));
}

}  // namespace mana::generate
