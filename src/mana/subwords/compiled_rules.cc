#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/subwords/character_rules.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

constexpr std::uint32_t kBlock = 256;
constexpr std::uint32_t kNone = 0xFFFFFFFF;

// A unit of Darts: which byte leads here, whether a string ends here, and its own place xor that of its children. A
// leaf has the highest bit and a value. Offsets of more than 21 bits would need another form.
constexpr std::uint32_t kLeaf = std::uint32_t{1} << 31, kEnds = 1 << 8;
constexpr std::uint32_t kMostUnits = 1 << 21;
std::uint32_t unit(std::uint32_t offset, bool ends, unsigned char label) {
  return offset << 10 | (ends ? kEnds : 0) | label;
}

// The children of a node: bytes in order, each with the number of its own children (kNone: it has none). One for the
// byte 0 is a leaf, and its number a value.
struct Edge {
  unsigned char label;
  std::uint32_t children;
  auto operator<=>(const Edge&) const = default;
};
using Children = std::vector<Edge>;

struct Entry {
  std::string key;
  std::uint32_t value;
};

// The trie of all keys, children that are alike once: a graph. The last one is the root's.
class TrieGraph {
 public:
  explicit TrieGraph(std::span<const Entry> entries) { add(entries, 0); }
  const std::vector<Children>& all() const { return all_; }

 private:
  std::uint32_t add(std::span<const Entry> entries, std::size_t depth) {
    Children children;
    for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
      if (entries[begin].key.size() == depth) {
        children.push_back({0, entries[begin].value});
        end = begin + 1;
        continue;
      }
      const char label = entries[begin].key[depth];
      while (end < entries.size() && entries[end].key.size() > depth && entries[end].key[depth] == label) ++end;
      const std::uint32_t below = add(entries.subspan(begin, end - begin), depth + 1);
      children.push_back({static_cast<unsigned char>(label), below});
    }
    const auto [number, is_new] = numbers_.try_emplace(children, static_cast<std::uint32_t>(all_.size()));
    if (is_new) all_.push_back(std::move(children));
    return number->second;
  }

  std::map<Children, std::uint32_t> numbers_;
  std::vector<Children> all_;
};

// The graph as a double array: a child lies at its parent's base xor the byte that leads to it. No two have one base,
// so that no child is another's.
class DoubleArray {
 public:
  std::vector<std::uint32_t> write(const TrieGraph& graph) {
    const std::vector<Children>& all = graph.all();
    const auto root = static_cast<std::uint32_t>(all.size() - 1);
    bases_.assign(all.size(), kNone);
    grow();
    take(0);
    based_[0] = true;  // the root itself, whose children lie elsewhere: SentencePiece refuses others
    place(all, root);
    units_[0] = unit(bases_[root], false, 0);
    return std::move(units_);
  }

 private:
  void place(const std::vector<Children>& all, std::uint32_t number) {
    const Children& children = all[number];
    const std::uint32_t base = bases_[number] = free_base(children);
    based_[base] = true;
    for (const Edge& edge : children) take(base ^ edge.label);
    for (const Edge& edge : children) {
      const std::uint32_t at = base ^ edge.label;
      if (edge.label == 0) {
        units_[at] = kLeaf | edge.children;
        continue;
      }
      if (bases_[edge.children] == kNone) place(all, edge.children);
      const bool ends = all[edge.children].front().label == 0;
      units_[at] = unit(at ^ bases_[edge.children], ends, edge.label);
    }
  }

  std::uint32_t free_base(const Children& children) {
    // Only the last blocks are looked at: the array may have holes, but is written in linear time.
    constexpr std::uint32_t kOpen = 16 * kBlock;
    const auto size = static_cast<std::uint32_t>(units_.size());
    for (std::uint32_t at = free_from(size > kOpen ? size - kOpen : 0); at < size; at = free_from(at + 1)) {
      if (const std::uint32_t base = at ^ children.front().label; fits(base, children)) return base;
    }
    grow();
    return size;
  }

  bool fits(std::uint32_t base, const Children& children) const {
    if (based_[base]) return false;
    for (const Edge& edge : children) {
      if (const std::uint32_t at = base ^ edge.label; next_free_[at] != at) return false;
    }
    return true;
  }

  void take(std::uint32_t at) { next_free_[at] = at + 1; }
  /// The first free place from `at` on; the end where there is none. What is walked over is shorter the next time.
  std::uint32_t free_from(std::uint32_t at) {
    while (next_free_[at] != at) at = next_free_[at] = next_free_[next_free_[at]];
    return at;
  }

  void grow() {
    if (units_.size() + kBlock > kMostUnits)
      throw ArgumentError("the rules of the normalisation are too many for a trie");
    units_.resize(units_.size() + kBlock, kLeaf);  // what is free is no child of any byte
    based_.resize(units_.size());
    while (next_free_.size() <= units_.size()) next_free_.push_back(static_cast<std::uint32_t>(next_free_.size()));
  }

  std::vector<std::uint32_t> units_;
  std::vector<char> based_;
  std::vector<std::uint32_t> next_free_;  // itself where a place is free, else one nearer to the next that is
  std::vector<std::uint32_t> bases_;
};

std::string utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) {
    if (c == 0) throw ArgumentError("a rule of the normalisation has the character U+0000, which cannot be there");
    char code[4];
    bytes.append(code, text::encode(c, code));
  }
  return bytes;
}

void append_number(std::string& bytes, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(number >> shift & 0xFF));
}

}  // namespace

std::string compile_rules(const CharacterRules& rules) {
  if (rules.empty()) return {};
  std::string texts;
  std::map<std::u32string_view, std::uint32_t> places;
  std::vector<Entry> entries;
  entries.reserve(rules.size());
  for (const auto& [from, to] : rules) {
    const auto [place, is_new] = places.try_emplace(to, static_cast<std::uint32_t>(texts.size()));
    if (is_new) texts.append(utf8(to)).push_back('\0');
    entries.push_back({utf8(from), place->second});
  }
  const std::vector<std::uint32_t> units = DoubleArray().write(TrieGraph(entries));
  std::string bytes;
  append_number(bytes, static_cast<std::uint32_t>(units.size() * sizeof(std::uint32_t)));
  for (const std::uint32_t each : units) append_number(bytes, each);
  return bytes + texts;
}

}  // namespace mana::subwords
