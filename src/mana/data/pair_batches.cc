#include "mana/data/pair_batches.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "mana/base/errors.h"
#include "mana/base/random.h"

namespace mana::data {
namespace {

constexpr std::size_t kWindow = 20;  // batches

std::vector<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

}  // namespace

PairBatches::PairBatches(std::span<const PairLength> lengths, std::size_t tokens) : lengths_(lengths) {
  std::size_t longest = 0;
  for (const PairLength& length : lengths) {
    total_ += length.tokens();
    longest = std::max(longest, length.tokens());
  }
  if (longest == 0) throw ArgumentError("there are no pairs to make batches of");
  if (tokens == 0) throw ArgumentError("a batch needs more than 0 tokens");
  count_ = std::min((total_ + tokens - 1) / tokens, total_ / longest);
}

std::vector<std::vector<std::uint32_t>> PairBatches::cut(std::span<const std::uint32_t> pairs) const {
  std::vector<std::vector<std::uint32_t>> batches(count_);
  std::size_t before = 0;
  for (const std::uint32_t pair : pairs) {
    const std::size_t length = lengths_[pair].tokens(), twice_middle = 2 * before + length;
    batches[count_ * twice_middle / (2 * total_)].push_back(pair);
    before += length;
  }
  return batches;
}

std::vector<std::vector<std::uint32_t>> PairBatches::of_epoch(std::uint64_t seed, std::uint64_t epoch) const {
  Random random(Random::key(seed, epoch));
  std::vector<std::uint32_t> pairs = numbers(lengths_.size());
  random.shuffle(pairs);
  std::vector<std::uint32_t> chance(pairs.size());  // the order of those that are equally long
  for (std::size_t i = 0; i < pairs.size(); ++i) chance[pairs[i]] = static_cast<std::uint32_t>(i);
  const std::size_t windows = (count_ + kWindow - 1) / kWindow;
  for (std::size_t window = 0; window < windows; ++window) {
    const auto at = [&](std::size_t i) {
      return pairs.begin() + static_cast<std::ptrdiff_t>(i * pairs.size() / windows);
    };
    std::sort(at(window), at(window + 1), [&](std::uint32_t a, std::uint32_t b) {
      if (window % 2 == 1) std::swap(a, b);
      const PairLength &one = lengths_[a], &other = lengths_[b];
      return std::tie(one.target, one.source, chance[a]) < std::tie(other.target, other.source, chance[b]);
    });
  }
  std::vector<std::vector<std::uint32_t>> batches = cut(pairs);
  random.shuffle(batches);
  return batches;
}

std::vector<std::vector<std::uint32_t>> PairBatches::in_order() const { return cut(numbers(lengths_.size())); }

}  // namespace mana::data
