#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mana/operations/operand.h"
#include "mana/operations/sequences.h"

namespace mana::nn {

using kernels::Profile;
using kernels::Run;
using operations::Sequences;
using operations::Use;

/// The tokens of texts side by side.
struct TokenBatch {
  std::span<const std::int32_t> ids;       ///< [tokens]
  std::span<const std::int32_t> type_ids;  ///< [tokens], or empty: all zero
  std::span<const std::uint32_t> offsets;  ///< [texts + 1]

  std::size_t texts() const { return offsets.size() - 1; }
  std::size_t tokens() const { return ids.size(); }
  std::size_t length(std::size_t text) const { return offsets[text + 1] - offsets[text]; }
  Sequences sequences() const { return {.offsets = offsets}; }
};

}  // namespace mana::nn
