#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "mana/cli/shell/options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/compress/embedding_type.h"
#include "mana/engine/encoder.h"

namespace mana::cli {

/// As what `mana embed` stores its vectors, and where the ranges come from that 8-bit types need. They never come from
/// the texts that happen to be embedded together: a text's bytes may not depend on its company.
struct EmbeddingTypeChoice {
  compress::EmbeddingType type = compress::EmbeddingType::f32;
  std::optional<std::string> ranges;
  std::optional<std::string> calibrate;
  std::optional<std::string> calibrate_column;
  std::optional<std::string> write_ranges;

  void describe(Options& options);
  /// Throws UsageError when the options contradict each other or those of `input`, or ranges are wanting.
  void check(const TextInput& input) const;
  /// The ranges, where the type needs them: read, or found by embedding the texts of --calibrate; written where that is
  /// asked for. Throws what reading, embedding and writing throw.
  std::optional<compress::EmbeddingRanges> find_ranges(const TextInput& input, const engine::Encoder& encoder,
                                                       bool quiet, std::stop_token stop) const;

 private:
  /// The texts of --calibrate, which are in the form of `input` unless their column is named.
  TextInput sample(const TextInput& input) const;
};

}  // namespace mana::cli
