#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/formats/classifier_head.h"

/// Whatever the bytes: either a FormatError, or at least two classes with names of their own and sizes above 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto document = mana::json::Document::parse(text, "input");
    const mana::formats::ClassifierConfig config = mana::formats::parse_classifier_config(document.root());
    const std::set<std::string> names(config.classes.begin(), config.classes.end());
    if (names.size() < 2 || names.size() != config.classes.size() || config.dimensions == 0) std::abort();
    if (config.vectors.truncate_dim == 0 || config.vectors.max_tokens == 0) std::abort();
    if (config.vectors.pooling && config.vectors.pooling->empty()) std::abort();
  } catch (const mana::FormatError&) {
  }
  return 0;
}
