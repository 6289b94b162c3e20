#include "mana/text/character_map.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "mana/base/errors.h"
#include "mana/base/valid_utf8.h"
#include "mana/text/utf8.h"

namespace mana::text {
namespace {

constexpr std::uint32_t kBlock = 256;  // the children of a node lie in one

// A unit of Darts: a node, or a leaf that lies where a node's children do and holds a value.
bool is_leaf(std::uint32_t unit) { return unit >> 31 != 0; }
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t value(std::uint32_t leaf) { return leaf & 0x7FFFFFFF; }
std::uint32_t label(std::uint32_t unit) { return unit & 0x800000FF; }
std::uint32_t offset(std::uint32_t unit) { return unit >> 10 << ((unit & 1 << 9) >> 6); }

// What is wrong with the tables; empty when nothing is. Then no walk leaves them, since a walk meets nodes alone.
std::string fault(std::span<const std::uint32_t> units, std::span<const char> texts) {
  if (units.empty() || units.size() % kBlock != 0) return "a trie that is not of whole blocks";
  if (units.size() > std::size_t{1} << 29) return "a trie that is too large";
  if (texts.empty() || texts.back() != '\0') return "texts without an end";
  if (!is_utf8(std::string_view(texts.data(), texts.size()))) return "texts that are not UTF-8";
  if (is_leaf(units[0])) return "a trie without a root";
  for (std::uint32_t at = 0; at < units.size(); ++at) {
    if (is_leaf(units[at])) continue;
    const std::uint32_t children = at ^ offset(units[at]);
    if (children >= units.size()) return "a trie that points outside";
    if (!has_leaf(units[at])) continue;
    if (!is_leaf(units[children])) return "a trie whose values are none";
    const std::uint32_t text = value(units[children]);
    if (text >= texts.size() || is_continuation(texts[text])) return "a trie that points outside its texts";
  }
  return {};
}

}  // namespace

CharacterMap::CharacterMap(std::string_view bytes) {
  std::uint32_t size = 0;
  if (bytes.size() <= sizeof size) throw FormatError("a character map without a trie");
  std::memcpy(&size, bytes.data(), sizeof size);
  bytes.remove_prefix(sizeof size);
  if (size > bytes.size() || size == 0 || size % sizeof(std::uint32_t) != 0) {
    throw FormatError("a character map with a trie of an impossible size");
  }
  std::vector<std::uint32_t> units(size / sizeof(std::uint32_t));
  std::memcpy(units.data(), bytes.data(), size);
  // What is added is no child of any node: its label is not where it lies.
  units.resize((units.size() + kBlock - 1) / kBlock * kBlock);
  bytes.remove_prefix(size);
  std::vector<char> texts(bytes.begin(), bytes.end());
  texts.push_back('\0');
  if (const std::string wrong = fault(units, texts); !wrong.empty()) throw FormatError("a character map with " + wrong);
  tables_ = std::make_shared<const Tables>(Tables{Array(std::move(units)), Array(std::move(texts))});
}

CharacterMap::CharacterMap(FlatReader& bytes) {
  auto units = Array<std::uint32_t>::of(bytes.array<std::uint32_t>());
  auto texts = Array<char>::of(bytes.array<char>());
  if (const std::string wrong = fault(units.view(), texts.view()); !wrong.empty()) {
    bytes.fail("a character map has " + wrong);
  }
  tables_ = std::make_shared<const Tables>(Tables{std::move(units), std::move(texts)});
}

void CharacterMap::compile(FlatWriter& bytes) const {
  bytes.array(tables_->units.view());
  bytes.array(tables_->texts.view());
}

// Calls found(size, value) for every string of the map that the text begins with, until it returns false.
template <class Found>
void CharacterMap::walk(std::string_view text, Found&& found) const {
  if (empty()) return;
  const Array<std::uint32_t>& units = tables_->units;
  std::uint32_t at = offset(units[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    at ^= byte;
    const std::uint32_t unit = units[at];
    if (label(unit) != byte) return;
    at ^= offset(unit);
    if (has_leaf(unit) && !found(i + 1, value(units[at]))) return;
  }
}

std::optional<CharacterMap::Match> CharacterMap::shortest(std::string_view text) const {
  std::optional<Match> match;
  walk(text, [&](std::size_t size, std::uint32_t value) {
    match = {size, tables_->texts.data() + value};
    return false;
  });
  return match;
}

std::optional<CharacterMap::Match> CharacterMap::longest(std::string_view text) const {
  std::optional<Match> match;
  walk(text, [&](std::size_t size, std::uint32_t value) {
    match = {size, tables_->texts.data() + value};
    return true;
  });
  return match;
}

std::array<bool, 128> CharacterMap::plain() const {
  std::array<bool, 128> plain;
  plain.fill(true);
  if (empty()) return plain;
  const std::span<const std::uint32_t> units = tables_->units.view();
  for (std::uint32_t c = 0; c < plain.size(); ++c) {
    const std::uint32_t at = offset(units[0]) ^ c;
    if (label(units[at]) != c) continue;
    const std::uint32_t children = at ^ offset(units[at]);
    plain[c] = !has_leaf(units[at]);
    for (std::uint32_t next = 0; next < plain.size(); ++next)
      plain[c] = plain[c] && label(units[children ^ next]) != next;
  }
  return plain;
}

}  // namespace mana::text
