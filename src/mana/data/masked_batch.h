#pragma once

#include <cstdint>
#include <vector>

namespace mana::data {

/// Some sequences in which some tokens are hidden, one behind the other without padding.
struct MaskedBatch {
  std::vector<std::int32_t> ids;        ///< [tokens] as the model sees them, with [CLS] and [SEP], after masking
  std::vector<std::int32_t> type_ids;   ///< [tokens] 0 for A, 1 for B; empty where there are no pairs
  std::vector<std::uint32_t> offsets;   ///< [sequences + 1]
  std::vector<std::uint32_t> chosen;    ///< [chosen] places in ids whose token is asked for, ascending
  std::vector<std::int32_t> originals;  ///< [chosen] the tokens that stood there
  std::vector<std::int32_t>
      next;  ///< [sequences] 0: B follows A, 1: B is of another document (BERT's labels); empty without pairs

  bool operator==(const MaskedBatch&) const = default;
};

}  // namespace mana::data
