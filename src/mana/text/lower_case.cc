#include "mana/text/lower_case.h"

#include <simdjson.h>

#include "mana/text/normalizer.h"
#include "mana/text/repaired_text.h"

namespace mana::text {

std::string lower_case(std::string_view text) {
  const auto lowered = [](std::string_view valid) {
    NormalizedText normalized;
    normalized.assign(valid, 0, false);
    Lowercase()(normalized);
    return std::string(normalized.text());
  };
  return simdjson::validate_utf8(text) ? lowered(text) : lowered(RepairedText(text).text());
}

}  // namespace mana::text
