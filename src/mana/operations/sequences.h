#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mana::operations {

/// Texts one behind the other without padding: text t has the rows [offsets[t], offsets[t + 1]). Or with room behind
/// each: then it has the first lengths[t] of them.
struct Sequences {
  std::span<const std::uint32_t> offsets;       ///< [texts + 1]
  std::span<const std::uint32_t> lengths = {};  ///< [texts], or empty

  std::size_t count() const { return offsets.size() - 1; }
  std::size_t begin(std::size_t text) const { return offsets[text]; }
  std::size_t length(std::size_t text) const {
    return lengths.empty() ? offsets[text + 1] - offsets[text] : lengths[text];
  }
  std::size_t longest() const {
    std::size_t longest = 0;
    for (std::size_t text = 0; text < count(); ++text) longest = std::max(longest, length(text));
    return longest;
  }
};

}  // namespace mana::operations
