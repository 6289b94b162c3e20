#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/generate/generation_config.h"

/// Whatever the bytes: either a FormatError, or options that a search of this model can go by: lengths within its
/// positions, rows of its own tokens, numbers that are numbers; or that check() refuses by an ArgumentError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  mana::models::TransformerConfig config;
  config.positions = 64;
  config.target_vocabulary = 100;
  config.pad = 99;
  try {
    const auto document = mana::json::Document::parse(text, "input");
    const mana::generate::Options options = mana::generate::parse_generation_options(document.root(), config);
    if (options.beam == 0 || options.max_length == 0 || options.max_length > config.positions) std::abort();
    if (options.min_length > options.max_length || !std::isfinite(options.length_penalty)) std::abort();
    const auto known = [](mana::generate::Token token) { return token >= 0 && token < 100; };
    for (const std::vector<mana::generate::Token>& row : options.suppressed) {
      if (row.empty() || !std::ranges::all_of(row, known)) std::abort();
    }
    mana::generate::check(options, config.target_vocabulary);
  } catch (const mana::FormatError&) {
  } catch (const mana::ArgumentError&) {
  }
  return 0;
}
