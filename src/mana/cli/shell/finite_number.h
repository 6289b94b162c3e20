#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "mana/cli/shell/options.h"

namespace mana::cli {

/// The value of an option as a number of at least `least`. Throws UsageError when it is none.
inline double finite_number(std::string_view name, const std::string& text,
                            double least = -std::numeric_limits<double>::infinity()) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number) || number < least) {
    Options::refuse(name, std::isfinite(least) ? fmt::format("a number of at least {}", least) : "a number", text);
  }
  return number;
}

}  // namespace mana::cli
