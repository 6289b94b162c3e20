#pragma once

#include <cstddef>
#include <span>

namespace mana::formats {

/// Whether none of the values is nan or infinite.
bool all_finite(std::span<const float> values);
/// The same of f32 at any address; bytes behind the last whole value are not looked at.
bool all_finite(std::span<const std::byte> values);

}  // namespace mana::formats
