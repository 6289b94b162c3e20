#include "mana/word2vec/huffman.h"

#include <gtest/gtest.h>

#include <cmath>
#include <queue>
#include <set>
#include <vector>

namespace mana::word2vec {
namespace {

/// What the words cost in the best code: the sum of all weights that are joined.
std::uint64_t least_cost(const std::vector<std::uint64_t>& counts) {
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> weights(counts.begin(), counts.end());
  std::uint64_t cost = 0;
  while (weights.size() > 1) {
    const std::uint64_t first = weights.top();
    weights.pop();
    const std::uint64_t joined = first + weights.top();
    weights.pop();
    weights.push(joined);
    cost += joined;
  }
  return cost;
}

TEST(HuffmanTree, IsABestCodeWithoutPrefixes) {
  const std::vector<std::vector<std::uint64_t>> all = {
      {5, 3}, {7, 7, 7, 7}, {40, 20, 10, 5, 2, 1, 1}, {9, 8, 7, 6, 5, 4, 3, 2, 1}, {100, 1, 1, 1, 1, 1}};
  for (const std::vector<std::uint64_t>& counts : all) {
    const HuffmanTree tree(counts);
    std::uint64_t cost = 0;
    double leaves = 0;
    std::set<std::vector<float>> codes;
    for (std::uint32_t word = 0; word < counts.size(); ++word) {
      const HuffmanTree::Path path = tree.path(word);
      ASSERT_LE(path.nodes.size(), tree.longest());
      EXPECT_EQ(path.nodes.front(), counts.size() - 2) << "every way begins at the root";
      cost += counts[word] * path.nodes.size();
      leaves += std::pow(0.5, path.nodes.size());
      codes.emplace(path.labels.begin(), path.labels.end());
    }
    EXPECT_EQ(cost, least_cost(counts));
    EXPECT_EQ(leaves, 1);
    EXPECT_EQ(codes.size(), counts.size());
  }
}

}  // namespace
}  // namespace mana::word2vec
