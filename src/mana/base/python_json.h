#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mana::json {

/// What stands for a number that JSON has no word for.
enum class NotFinite {
  marked,  ///< a string that begins with kNotFinite, for messages
  null     ///< null, for what is written again
};

/// How a string begins that stands for NaN, Infinity or a number too large: no text of a file begins so by chance.
constexpr std::string_view kNotFinite("\0\1not finite: ", 14);

/// A JSON text as every reader takes it.
struct StrictJson {
  std::string text;
  std::uint64_t half_characters = 0;  ///< halves of surrogate pairs, which became U+FFFD
};

/// Python's json module writes and reads what JSON does not have: NaN, Infinity and -Infinity, halves of surrogate
/// pairs ("\ud83d"), integers of any size, 1e999. Integers beyond 64 bits become floating-point numbers. What is no
/// JSON for either stays as it is.
StrictJson strict_json(std::string_view text, NotFinite not_finite);

}  // namespace mana::json
