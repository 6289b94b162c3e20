#include "mana/data/pretraining/held_out.h"

#include <algorithm>
#include <cmath>

namespace mana::data {

std::vector<std::uint32_t> documents_of(const TokenFile& tokens, CorpusSide side, double share, std::size_t at_least,
                                        std::size_t least_sentences) {
  const auto all = tokens.document_sums();
  const auto bounds = tokens.document_bounds();
  const auto may_be_held_out = [&](std::size_t i) { return bounds[i + 1] - bounds[i] >= least_sentences; };
  std::vector<std::uint64_t> sums;
  sums.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (may_be_held_out(i)) sums.push_back(all[i]);
  }
  const auto rounded = static_cast<std::size_t>(std::llround(share * static_cast<double>(sums.size())));
  const std::size_t count = share > 0 ? std::min(std::max(rounded, at_least), sums.size()) : 0;
  std::uint64_t largest = 0;  // sum that is held out
  if (count > 0) {
    std::ranges::nth_element(sums, sums.begin() + static_cast<std::ptrdiff_t>(count - 1));
    largest = sums[count - 1];
  }
  std::vector<std::uint32_t> documents;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const bool held_out = count > 0 && may_be_held_out(i) && all[i] <= largest;
    if (held_out == (side == CorpusSide::held_out)) documents.push_back(i);
  }
  return documents;
}

}  // namespace mana::data
