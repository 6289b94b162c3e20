#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace mana::text {

/// Finds given strings in a text: the leftmost, and of those that begin there the longest. A trie over bytes.
class TokenMatcher {
 public:
  struct Match {
    std::size_t begin;
    std::size_t end;
    std::size_t index;
  };

  /// False when the string is empty or was added before.
  bool add(std::string_view string, std::size_t index);
  bool empty() const { return nodes_.size() == 1; }
  /// The first match that begins at `from` or behind it.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Node {
    std::size_t index = kNone;
    std::vector<std::pair<char, std::uint32_t>> children;
  };
  const Node* child(const Node& node, char byte) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::array<bool, 256> first_bytes_{};
  char only_first_byte_ = 0;  // when there is just one
  int first_byte_count_ = 0;
};

}  // namespace mana::text
