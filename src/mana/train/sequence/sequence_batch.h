#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/nn/run.h"
#include "mana/train/sequence/token_pairs.h"

namespace mana::train {

/// Texts side by side, as a model takes them.
struct SequenceSide {
  std::vector<text::TokenId> ids;
  std::vector<std::uint32_t> offsets = {0};

  nn::TokenBatch tokens() const { return {.ids = ids, .type_ids = {}, .offsets = offsets}; }
};

/// Pairs as an encoder–decoder learns them (Sutskever et al. 2014, arXiv:1409.3215): of a target y_1 … y_n, which ends
/// with </s>, token y_t is to follow what stands before it:
///
///   decoder input   <start> y_1 … y_{n-1}
///   labels              y_1 … y_n
struct SequenceBatch {
  SequenceBatch(const TokenPairs& pairs, std::span<const std::uint32_t> chosen, text::TokenId start);

  SequenceSide source;
  SequenceSide target;                ///< the decoder's input
  std::vector<std::uint32_t> labels;  ///< [target tokens]

  std::size_t tokens() const { return source.ids.size() + target.ids.size(); }
};

}  // namespace mana::train
