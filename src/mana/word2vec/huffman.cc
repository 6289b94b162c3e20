#include "mana/word2vec/huffman.h"

#include <algorithm>

namespace mana::word2vec {

HuffmanTree::HuffmanTree(std::span<const std::uint64_t> counts) {
  const std::size_t words = counts.size();
  const std::size_t nodes = 2 * words - 1;  // the words, then the inner nodes in the order of their making
  std::vector<std::uint64_t> weight(counts.begin(), counts.end());
  weight.reserve(nodes);
  std::vector<std::size_t> parent(nodes);
  std::vector<bool> right(nodes);
  std::size_t leaf = words;   // those behind it have a parent
  std::size_t inner = words;  // those before it have one; both sequences grow in weight as they are met
  const auto lightest = [&] {
    const bool take_leaf = leaf > 0 && (inner == weight.size() || weight[leaf - 1] < weight[inner]);
    return take_leaf ? --leaf : inner++;
  };
  for (std::size_t made = words; made < nodes; ++made) {
    const std::size_t first = lightest();
    const std::size_t second = lightest();
    parent[first] = parent[second] = made;
    right[second] = true;
    weight.push_back(weight[first] + weight[second]);
  }
  begins_.push_back(0);
  for (std::size_t word = 0; word < words; ++word) {
    const std::size_t begin = nodes_.size();
    for (std::size_t node = word; node != nodes - 1; node = parent[node]) {
      nodes_.push_back(static_cast<std::uint32_t>(parent[node] - words));
      labels_.push_back(right[node] ? 0.0f : 1.0f);
    }
    std::reverse(nodes_.begin() + static_cast<std::ptrdiff_t>(begin), nodes_.end());
    std::reverse(labels_.begin() + static_cast<std::ptrdiff_t>(begin), labels_.end());
    begins_.push_back(nodes_.size());
    longest_ = std::max(longest_, nodes_.size() - begin);
  }
}

}  // namespace mana::word2vec
