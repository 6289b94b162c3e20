#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mana::word2vec {

/// A binary tree whose leaves are the words, the frequent ones near its root: p(word) is the product of the decisions
/// on the way to it (Morin and Bengio 2005; Huffman 1952).
class HuffmanTree {
 public:
  /// Counts by falling size; two words or more.
  explicit HuffmanTree(std::span<const std::uint64_t> counts);

  struct Path {
    std::span<const std::uint32_t> nodes;  ///< inner nodes from the root on, numbered 0 … words - 2
    std::span<const float> labels;         ///< 1 where the way goes left, 0 right
  };
  Path path(std::uint32_t word) const {
    const std::size_t begin = begins_[word];
    const std::size_t size = begins_[word + 1] - begin;
    return {std::span(nodes_).subspan(begin, size), std::span(labels_).subspan(begin, size)};
  }
  std::size_t longest() const { return longest_; }

 private:
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> nodes_;
  std::vector<float> labels_;
  std::size_t longest_ = 0;
};

}  // namespace mana::word2vec
