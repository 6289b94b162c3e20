#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace mana::cli {

/// Where the value of an option has to lie.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  std::optional<double> above = {}, below = {};
  std::string_view wanted = {};  ///< what is said of any other value; without it, the limits are

  /// What a value should have been, "a number of at least 0"; nothing where it may be so. No value is what cannot be
  /// read as one.
  std::optional<std::string> broken_by(std::optional<double> value) const;
};

/// The value of an option as a finite real number. Throws UsageError: "--margin takes a number, not 'x'".
double read_real(std::string_view name, std::string_view text, const Range& range = {});
/// Throws UsageError where a whole number lies outside.
void require_within(std::string_view name, std::size_t value, const Range& range);

}  // namespace mana::cli
