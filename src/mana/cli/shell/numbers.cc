#include "mana/cli/shell/numbers.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>

#include "mana/cli/shell/options.h"

namespace mana::cli {

std::optional<std::string> Range::broken_by(std::optional<double> value) const {
  const bool from_somewhere = std::isfinite(least);
  std::string limits;
  if (!value || *value < least) {
    limits = !from_somewhere       ? "a number"
             : below && !above     ? fmt::format("a number from {} to below {}", least, *below)
             : std::isfinite(most) ? fmt::format("a number from {} to {}", least, most)
                                   : fmt::format("a number of at least {}", least);
  } else if (above && *value <= *above) {
    limits = fmt::format("a number above {}", *above);
  } else if (below && *value >= *below) {
    limits = fmt::format("a number from {} to below {}", least, *below);
  } else if (*value > most) {
    limits = from_somewhere ? fmt::format("a number from {} to {}", least, most) : fmt::format("at most {}", most);
  } else {
    return std::nullopt;
  }
  return wanted.empty() ? limits : std::string(wanted);
}

double read_real(std::string_view name, std::string_view text, const Range& range) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool read = error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
  const auto expected = range.broken_by(read ? std::optional(number) : std::nullopt);
  if (expected) Options::refuse(name, *expected, text);
  return number;
}

void require_within(std::string_view name, std::size_t value, const Range& range) {
  const auto expected = range.broken_by(static_cast<double>(value));
  if (expected) Options::refuse(name, *expected, std::to_string(value));
}

}  // namespace mana::cli
