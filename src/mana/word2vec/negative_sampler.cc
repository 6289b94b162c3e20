#include "mana/word2vec/negative_sampler.h"

#include <cmath>

namespace mana::word2vec {

NegativeSampler::NegativeSampler(std::span<const std::uint64_t> counts, double power) : columns_(counts.size()) {
  std::vector<double> share;
  share.reserve(counts.size());
  double sum = 0;
  for (const std::uint64_t count : counts) sum += share.emplace_back(std::pow(static_cast<double>(count), power));
  std::vector<std::uint32_t> small, large;  // below and above what one column holds
  for (std::uint32_t word = 0; word < share.size(); ++word) {
    share[word] *= static_cast<double>(share.size()) / sum;
    (share[word] < 1 ? small : large).push_back(word);
  }
  constexpr double kWhole = 4294967295.0;
  while (!small.empty() && !large.empty()) {
    const std::uint32_t low = small.back();
    const std::uint32_t high = large.back();
    small.pop_back();
    columns_[low] = {static_cast<std::uint32_t>(share[low] * kWhole), high};
    share[high] -= 1 - share[low];
    if (share[high] < 1) {
      large.pop_back();
      small.push_back(high);
    }
  }
  for (const std::vector<std::uint32_t>* rest : {&small, &large})  // whole but for rounding
    for (const std::uint32_t word : *rest) columns_[word] = {~std::uint32_t{0}, word};
}

}  // namespace mana::word2vec
