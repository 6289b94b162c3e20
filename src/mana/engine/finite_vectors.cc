#include "mana/engine/finite_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::engine {
namespace {

/// The first words of a text, never half a code point.
std::string beginning_of(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return printable(text);
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return printable(text.substr(0, end)) + "…";
}

}  // namespace

void refuse(const BrokenVector& broken) {
  const auto place = std::ranges::find_if(broken.vector, [](float value) { return !std::isfinite(value); });
  throw FormatError(fmt::format(
      "text {} (\"{}\") has no vector: {} in {} gives {} in dimension {}, so its weights are damaged or too "
      "large; check them with mana verify{}",
      broken.number + 1, beginning_of(broken.text), broken.model, broken.precision,
      place == broken.vector.end() ? 0.0f : *place, place - broken.vector.begin(),
      broken.precision == "f32" ? "" : ", or compute in f32"));
}

}  // namespace mana::engine
