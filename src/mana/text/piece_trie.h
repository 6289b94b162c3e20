#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mana/text/array.h"
#include "mana/text/flat_bytes.h"
#include "mana/text/tokenizer.h"

namespace mana::text {

/// Pieces of text and their ids as a trie of bytes, which finds every piece that a place begins with in one walk: a
/// double array, where the child of a node by a byte lies at the node's base xor that byte (Aoe 1989).
class PieceTrie {
 public:
  struct Piece {
    std::string_view text;  ///< not empty, valid UTF-8
    TokenId id;
  };

  PieceTrie() : PieceTrie(std::vector<Piece>()) {}
  /// Of a text that comes twice the largest id counts. Throws FormatError when there are more than some sixteen million
  /// nodes.
  explicit PieceTrie(std::vector<Piece> pieces);

  /// A view of what compile() wrote. Throws FormatError.
  explicit PieceTrie(FlatReader& bytes);
  void compile(FlatWriter& bytes) const { bytes.array(nodes_.view()); }

  /// Calls visit(id, behind its last byte) for every piece that [at, end) begins with, the shortest first.
  template <class Visit>
  void for_each_prefix(const char* at, const char* end, Visit&& visit) const {
    const Node* const nodes = nodes_.data();
    for (std::uint32_t base = nodes[0].base(); at < end;) {
      const auto byte = static_cast<unsigned char>(*at++);
      const Node node = nodes[base ^ byte];
      if (node.label() != byte) return;
      if (node.id != kNone) visit(node.id, at);
      base = node.base();
    }
  }

  /// Calls visit(id) for every piece, in no particular order.
  template <class Visit>
  void for_each_id(Visit&& visit) const {
    for (const Node& node : nodes_.view()) {
      if (node.id != kNone) visit(node.id);
    }
  }

 private:
  friend class TrieBuilder;
  static constexpr TokenId kNone = -1;
  static constexpr unsigned char kFree = 0xFF;  // no byte of UTF-8, so what is free is no child
  static constexpr std::uint32_t kBlock = 256;  // children of a node lie in one
  struct Node {
    std::uint32_t link = kFree;  // its children's base, and below it the byte that leads here
    TokenId id = kNone;

    std::uint32_t base() const { return link >> 8; }
    unsigned char label() const { return static_cast<unsigned char>(link); }
  };

  Array<Node> nodes_;  // whole blocks
};

}  // namespace mana::text
