#include "mana/data/pretraining/held_out.h"

#include <algorithm>
#include <cmath>

namespace mana::data {

std::vector<std::uint32_t> documents_of(const TokenFile& tokens, CorpusSide side, double share, std::size_t at_least) {
  const auto sums = tokens.document_sums();
  const auto rounded = static_cast<std::size_t>(std::llround(share * static_cast<double>(sums.size())));
  const std::size_t count = share > 0 ? std::min(std::max(rounded, at_least), sums.size()) : 0;
  std::uint64_t largest = 0;  // sum that is held out
  if (count > 0) {
    std::vector<std::uint64_t> sorted(sums.begin(), sums.end());
    std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(count - 1));
    largest = sorted[count - 1];
  }
  std::vector<std::uint32_t> documents;
  for (std::uint32_t i = 0; i < sums.size(); ++i) {
    const bool held_out = count > 0 && sums[i] <= largest;
    if (held_out == (side == CorpusSide::held_out)) documents.push_back(i);
  }
  return documents;
}

}  // namespace mana::data
