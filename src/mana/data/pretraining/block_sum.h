#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/base/xxh64.h"

namespace mana::data {

/// A sum of bytes that come one after the other, however they are cut: XXH64 of blocks of a megabyte, each with the sum
/// of those before it as its seed.
class BlockSum {
 public:
  explicit BlockSum(std::uint64_t seed = 0) : sum_(seed) {}

  void add(std::span<const std::byte> bytes) {
    if (!pending_.empty()) {
      const std::size_t count = std::min(bytes.size(), kBlock - pending_.size());
      pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
      bytes = bytes.subspan(count);
      if (pending_.size() == kBlock) {
        sum_ = xxh64(pending_, sum_);
        pending_.clear();
      }
    }
    for (; bytes.size() >= kBlock; bytes = bytes.subspan(kBlock)) sum_ = xxh64(bytes.first(kBlock), sum_);
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  }
  std::uint64_t value() const { return xxh64(pending_, sum_); }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 20;

  std::uint64_t sum_;
  std::vector<std::byte> pending_;  // less than a block
};

}  // namespace mana::data
