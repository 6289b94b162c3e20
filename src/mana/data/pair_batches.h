#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mana::data {

/// How many tokens the two sides of a pair have.
struct PairLength {
  std::uint32_t source = 0;
  std::uint32_t target = 0;

  std::size_t tokens() const { return std::size_t{source} + target; }
};

/// The pairs of an epoch as batches of about `tokens` tokens of both sides, each pair in one of them.
///
/// Pairs in random order are sorted by length in windows of twenty batches, every second one downwards, so that what is
/// alike stays together; laid end to end they are a line of T tokens, that is cut into B equal parts:
///
///   B = ⌈T / tokens⌉,   pair i is of batch ⌊B m_i / T⌋          m_i: where the middle of pair i lies
///
/// So every epoch has B batches, whatever its order, and a batch has less than one pair more than T / B. Where a pair
/// is longer than T / B there are fewer batches, ⌊T / longest⌋, for a part in which no middle lies would be empty.
class PairBatches {
 public:
  /// `lengths` outlive it. Throws ArgumentError where there are none, or `tokens` is 0.
  PairBatches(std::span<const PairLength> lengths, std::size_t tokens);

  std::size_t count() const { return count_; }
  /// The batches of an epoch, in random order: a function of seed and epoch. Pairs by their number.
  std::vector<std::vector<std::uint32_t>> of_epoch(std::uint64_t seed, std::uint64_t epoch) const;
  /// The same without chance, for an evaluation: the pairs in their order.
  std::vector<std::vector<std::uint32_t>> in_order() const;

 private:
  std::vector<std::vector<std::uint32_t>> cut(std::span<const std::uint32_t> pairs) const;

  std::span<const PairLength> lengths_;
  std::size_t total_ = 0;  // T
  std::size_t count_ = 0;  // B
};

}  // namespace mana::data
