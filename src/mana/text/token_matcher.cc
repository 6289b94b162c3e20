#include "mana/text/token_matcher.h"

#include <cstring>

namespace mana::text {

bool TokenMatcher::add(std::string_view string, std::size_t index) {
  if (string.empty()) return false;
  std::uint32_t at = 0;
  for (char byte : string) {
    const Node* next = child(nodes_[at], byte);
    if (next == nullptr) {
      const auto created = static_cast<std::uint32_t>(nodes_.size());
      nodes_[at].children.emplace_back(byte, created);
      nodes_.emplace_back();
      at = created;
    } else {
      at = static_cast<std::uint32_t>(next - nodes_.data());
    }
  }
  if (nodes_[at].index != kNone) return false;
  nodes_[at].index = index;
  bool& known = first_bytes_[static_cast<unsigned char>(string[0])];
  if (!known) ++first_byte_count_;
  known = true;
  only_first_byte_ = string[0];
  return true;
}

const TokenMatcher::Node* TokenMatcher::child(const Node& node, char byte) const {
  for (const auto& [label, next] : node.children) {
    if (label == byte) return &nodes_[next];
  }
  return nullptr;
}

std::optional<TokenMatcher::Match> TokenMatcher::find(std::string_view text, std::size_t from) const {
  if (empty()) return std::nullopt;
  for (std::size_t begin = from; begin < text.size(); ++begin) {
    if (first_byte_count_ == 1) {
      begin = text.find(only_first_byte_, begin);
      if (begin == text.npos) return std::nullopt;
    } else if (!first_bytes_[static_cast<unsigned char>(text[begin])]) {
      continue;
    }
    std::optional<Match> longest;
    const Node* node = nodes_.data();
    for (std::size_t at = begin; at < text.size() && (node = child(*node, text[at])) != nullptr; ++at) {
      if (node->index != kNone) longest = Match{begin, at + 1, node->index};
    }
    if (longest) return longest;
  }
  return std::nullopt;
}

}  // namespace mana::text
