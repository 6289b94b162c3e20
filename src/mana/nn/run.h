#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mana/kernels/run.h"

namespace mana::nn {

using kernels::Profile;
using kernels::Run;

/// What becomes of a layer's result, so that a Run leaves it in the form which the consumer takes: it is a value among
/// others (added, normalised, pooled), or what the next linear map or attention multiplies.
enum class Use { value, product };

/// Texts side by side without padding: text t has the tokens [offsets[t], offsets[t + 1]).
struct PackedTokens {
  std::span<const std::int32_t> ids;       ///< [tokens]
  std::span<const std::int32_t> type_ids;  ///< [tokens], or empty: all zero
  std::span<const std::uint32_t> offsets;  ///< [texts + 1]

  std::size_t texts() const { return offsets.size() - 1; }
  std::size_t tokens() const { return ids.size(); }
  std::size_t length(std::size_t text) const { return offsets[text + 1] - offsets[text]; }
};

}  // namespace mana::nn
