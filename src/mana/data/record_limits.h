#pragma once

#include <cstddef>

/// What a record may be at most, so that an input without an end (/dev/zero, a line of a packed file that unpacks for
/// ever) is refused while there is memory.
namespace mana::data {

/// Bytes of a line, of a row of a table, or of a value of JSON: what reading holds of a record is below four times
/// that.
inline constexpr std::size_t kLongestRecord = std::size_t{1} << 26;
/// Of a table, or keys of an object.
inline constexpr std::size_t kMostColumns = 10'000;

}  // namespace mana::data
