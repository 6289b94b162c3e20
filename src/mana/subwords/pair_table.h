#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mana::subwords {

/// Two symbols side by side. Pairs are in order of the first, then of the second.
struct SymbolPair {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  auto operator<=>(const SymbolPair&) const = default;
};

/// How often pairs stand in a text; numbers them in the order in which they come.
class PairTable {
 public:
  PairTable() : slots_(kFirstSlots, kEmpty) {}

  /// The number of a pair; a new one has count 0.
  std::uint32_t number(SymbolPair pair);
  std::size_t size() const { return pairs_.size(); }
  SymbolPair pair(std::uint32_t number) const { return pairs_[number]; }
  std::int64_t& count(std::uint32_t number) { return counts_[number]; }

 private:
  static constexpr std::size_t kFirstSlots = std::size_t{1} << 16;
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;
  std::size_t home(SymbolPair pair) const;
  void grow();

  std::vector<std::uint32_t> slots_;  // numbers; open addressing, a power of two
  std::vector<SymbolPair> pairs_;
  std::vector<std::int64_t> counts_;
};

}  // namespace mana::subwords
