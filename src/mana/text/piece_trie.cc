#include "mana/text/piece_trie.h"

#include <algorithm>
#include <utility>

#include "mana/base/errors.h"

namespace mana::text {

// Places the children of one node after the other where there is room for all of them. Free nodes are a ring through
// the root, of the last blocks only: those before are nearly full.
class TrieBuilder {
 public:
  explicit TrieBuilder(std::span<const PieceTrie::Piece> pieces) : pieces_(pieces) {
    grow();
    take(0);
    used_[0] = true;  // the base of what has no children
    waiting_.push_back({0, 0, pieces.size(), 0});
    while (!waiting_.empty()) {
      const Waiting next = waiting_.back();
      waiting_.pop_back();
      place_children(next);
    }
  }

  std::vector<PieceTrie::Node> take_nodes() { return std::move(nodes_); }

 private:
  using Node = PieceTrie::Node;
  static constexpr std::uint32_t kBlock = PieceTrie::kBlock;
  static constexpr std::uint32_t kOpen = 16 * kBlock;
  static constexpr std::uint32_t kMostNodes = 1 << 24;  // a base has 24 bits

  // Pieces [begin, end) begin with the `depth` bytes that lead to the node.
  struct Waiting {
    std::uint32_t node;
    std::size_t begin, end, depth;
  };
  struct Child {
    unsigned char label;
    std::size_t begin, end;
  };

  void place_children(Waiting parent) {
    auto& [node, begin, end, depth] = parent;
    for (; begin < end && pieces_[begin].text.size() == depth; ++begin) nodes_[node].id = pieces_[begin].id;
    if (begin == end) return;
    children_.clear();
    for (std::size_t i = begin; i < end; ++i) {
      const auto label = static_cast<unsigned char>(pieces_[i].text[depth]);
      if (children_.empty() || children_.back().label != label) children_.push_back({label, i, i});
      children_.back().end = i + 1;
    }
    const std::uint32_t base = find_base();
    used_[base] = true;
    nodes_[node].link = base << 8 | nodes_[node].label();
    for (const Child& child : children_) {
      const std::uint32_t at = base ^ child.label;
      take(at);
      nodes_[at].link = child.label;
      waiting_.push_back({at, child.begin, child.end, depth + 1});
    }
  }

  std::uint32_t find_base() {
    const auto fits = [&](std::uint32_t base) {
      return !used_[base] &&
             std::ranges::all_of(children_, [&](const Child& child) { return free_[base ^ child.label]; });
    };
    for (std::uint32_t at = ring_[0].next; at != 0; at = ring_[at].next) {
      if (const std::uint32_t base = at ^ children_.front().label; fits(base)) return base;
    }
    const auto begin = static_cast<std::uint32_t>(nodes_.size());
    grow();
    return begin;
  }

  // A new block of free nodes; one that has been open for long is closed.
  void grow() {
    const auto begin = static_cast<std::uint32_t>(nodes_.size());
    if (begin == kMostNodes) {
      throw FormatError("the pieces of the vocabulary begin in too many ways; use a smaller vocabulary");
    }
    const std::uint32_t end = begin + kBlock;
    nodes_.resize(end);
    free_.resize(end);
    used_.resize(end);
    ring_.resize(end);
    for (std::uint32_t at = begin; at < end; ++at) {
      free_[at] = true;
      const std::uint32_t last = ring_[0].previous;
      ring_[at] = {0, last};
      ring_[last].next = ring_[0].previous = at;
    }
    if (end <= kOpen) return;
    for (std::uint32_t at = end - kOpen - kBlock; at < end - kOpen; ++at) {
      if (free_[at]) unlink(at);
    }
  }

  void take(std::uint32_t at) {
    free_[at] = false;
    if (at != 0) unlink(at);
  }

  void unlink(std::uint32_t at) {
    ring_[ring_[at].previous].next = ring_[at].next;
    ring_[ring_[at].next].previous = ring_[at].previous;
  }

  struct Links {
    std::uint32_t next = 0, previous = 0;
  };
  std::span<const PieceTrie::Piece> pieces_;
  std::vector<Node> nodes_;
  std::vector<bool> free_, used_;  // nodes; bases
  std::vector<Links> ring_;
  std::vector<Waiting> waiting_;
  std::vector<Child> children_;
};

PieceTrie::PieceTrie(std::vector<Piece> pieces) {
  std::ranges::sort(pieces, {}, [](const Piece& piece) { return std::pair(piece.text, piece.id); });
  nodes_ = Array(TrieBuilder(pieces).take_nodes());
}

PieceTrie::PieceTrie(FlatReader& bytes) : nodes_(Array<Node>::of(bytes.array<Node>())) {
  if (nodes_.size() == 0 || nodes_.size() % kBlock != 0) bytes.fail("a trie of pieces has no whole blocks");
  for (const Node& node : nodes_.view()) {
    if (node.base() >= nodes_.size() || node.id < kNone) bytes.fail("a trie of pieces points outside");
  }
}

}  // namespace mana::text
