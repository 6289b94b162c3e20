#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/generate/options.h"
#include "mana/kernels/table.h"
#include "mana/models/transformer/config.h"

namespace mana::generate {

/// What a search will be asked for, all that is known before its first step.
struct SearchSize {
  std::size_t texts = 1;
  std::size_t longest_source = 1;  ///< tokens
  unsigned threads = 1;            ///< each has texts of its own
};

/// The memory that keys and values may take in a search, when every hypothesis has as many tokens as it may have:
///
///   bytes = decoder layers · (hypotheses · kept(T) + sources · kept(S))
///
/// with T the tokens of the longest target, S those of the longest source, and kept(n) the keys and values of all heads
/// for n tokens, as they lie for attention's kernels (kernels::KeyValueLayout).
struct CacheSize {
  std::size_t hypotheses = 0;  ///< that are followed at once, by all threads
  std::size_t sources = 0;     ///< that they are of
  std::size_t target_tokens = 0, source_tokens = 0;
  std::uint64_t bytes = 0;
};
CacheSize cache_size(const models::TransformerConfig& config, const Options& options, const kernels::Table& kernels,
                     const SearchSize& search);

/// How many hypotheses of a text are followed at once.
std::size_t rows_of_a_text(const Options& options);
/// How many hypotheses a thread follows at once, of as many texts as these are of. More of them share what it costs to
/// read the weights; of fewer, keys and values stay in the cache from one step to the next.
std::size_t rows_at_once(kernels::Precision precision);

/// Throws ArgumentError where the cache may take more than a quarter of this machine's memory: it grows by doubling and
/// copying.
void require_memory(const CacheSize& size);

}  // namespace mana::generate
