#pragma once

#include <algorithm>
#include <cstddef>

namespace mana::kernels {

/// Keys [first, last) of a text, or queries.
struct KeyRange {
  std::size_t first = 0;
  std::size_t last = 0;

  constexpr std::size_t size() const { return last - first; }
  constexpr bool empty() const { return first == last; }
  constexpr bool has(std::size_t key) const { return key - first < size(); }  // what is before wraps to beyond
  bool operator==(const KeyRange&) const = default;
};

/// Which keys a query sees. Query i stands at the place p = i + offset among the keys, and sees those from `before`
/// places ahead of p to `after` places behind it:
///
///   all           every key; also what another text's keys need (cross-attention)
///   causal        keys 0 … p
///   band          keys p - width … p + width
///   causal band   keys p - width … p
///
/// With the offset, one step of a decoder is the last row of the whole pass: one query among n keys has offset n - 1.
struct Reach {
  static constexpr std::size_t kEverything = static_cast<std::size_t>(-1) / 4;  ///< what is added to it does not wrap

  std::size_t before = kEverything;
  std::size_t after = kEverything;
  std::size_t offset = 0;

  static constexpr Reach all() { return {}; }
  static constexpr Reach causal(std::size_t offset = 0) { return {kEverything, 0, offset}; }
  static constexpr Reach band(std::size_t width, std::size_t offset = 0) { return {width, width, offset}; }
  static constexpr Reach causal_band(std::size_t width, std::size_t offset = 0) { return {width, 0, offset}; }

  /// What a query sees of so many keys, perhaps nothing. Neither end of it falls from one query to the next.
  constexpr KeyRange of(std::size_t query, std::size_t keys) const {
    const std::size_t place = query + offset, last = std::min(keys, place + after + 1);
    return {std::min(place > before ? place - before : 0, last), last};
  }

  /// Which of so many queries see any of some keys.
  constexpr KeyRange queries_of(KeyRange seen, std::size_t queries) const {
    const std::size_t ahead = after + offset,
                      last = std::min(queries, seen.last + before > offset ? seen.last + before - offset : 0);
    return {std::min(seen.first > ahead ? seen.first - ahead : 0, last), last};
  }

  bool operator==(const Reach&) const = default;
};

}  // namespace mana::kernels
