#include "mana/formats/name_pattern.h"

#include <fmt/format.h>

#include <bitset>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::formats {

/// One of the ways to go on, each a sequence of repeated atoms.
struct NamePattern::Node {
  struct Atom {
    enum class Kind { bytes, group, begin, end } kind = Kind::bytes;
    std::bitset<256> bytes = {};
    std::unique_ptr<Node> group = {};
    unsigned least = 1;
    unsigned most = 1;
  };
  std::vector<std::vector<Atom>> ways;
};

namespace {

using Node = NamePattern::Node;
using Atom = Node::Atom;
using Places = std::set<std::size_t>;

constexpr unsigned kAny = std::numeric_limits<unsigned>::max();
constexpr std::size_t kLongest = 1000;
constexpr unsigned kDeepest = 20;
constexpr unsigned kMostRepeats = 1000;

std::bitset<256> range(unsigned char low, unsigned char high) {
  std::bitset<256> bytes;
  for (unsigned byte = low; byte <= high; ++byte) bytes.set(byte);
  return bytes;
}

class Parser {
 public:
  Parser(std::string_view pattern, const std::string& place) : pattern_(pattern), place_(place) {
    if (pattern.size() > kLongest) fail();
  }

  std::unique_ptr<Node> parse() {
    auto node = alternatives(0);
    if (at_ < pattern_.size()) fail();
    return node;
  }

 private:
  [[noreturn]] void fail() const {
    throw FormatError(
        fmt::format("{} is {}, a regular expression that is not understood here", place_, printable(pattern_)));
  }
  bool take(std::string_view text) {
    if (!pattern_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  char next() {
    if (at_ == pattern_.size()) fail();
    return pattern_[at_++];
  }

  std::unique_ptr<Node> alternatives(unsigned depth) {
    if (depth > kDeepest) fail();
    auto node = std::make_unique<Node>();
    do {
      auto& way = node->ways.emplace_back();
      while (at_ < pattern_.size() && pattern_[at_] != '|' && pattern_[at_] != ')') way.push_back(repeated(depth));
    } while (take("|"));
    return node;
  }

  Atom repeated(unsigned depth) {
    Atom atom = single(depth);
    const bool repeats =
        at_ < pattern_.size() && std::string_view("*+?{").find(pattern_[at_]) != std::string_view::npos;
    if (!repeats) return atom;
    if (atom.kind == Atom::Kind::begin || atom.kind == Atom::Kind::end) fail();
    if (take("*")) {
      atom.least = 0;
      atom.most = kAny;
    } else if (take("+")) {
      atom.most = kAny;
    } else if (take("?")) {
      atom.least = 0;
    } else {
      ++at_;
      const auto least = number();
      atom.least = least.value_or(0);
      atom.most = take(",") ? number().value_or(kAny) : atom.least;
      if (!take("}") || (!least && atom.most == kAny) || atom.most < atom.least) fail();
    }
    take("?");  // as few as possible: which of the ways is taken does not matter to whether there is one
    return atom;
  }

  std::optional<unsigned> number() {
    std::optional<unsigned> value;
    while (at_ < pattern_.size() && pattern_[at_] >= '0' && pattern_[at_] <= '9') {
      value = value.value_or(0) * 10 + static_cast<unsigned>(next() - '0');
      if (*value > kMostRepeats) fail();
    }
    return value;
  }

  Atom single(unsigned depth) {
    Atom atom;
    switch (const char c = next()) {
      case '^': atom.kind = Atom::Kind::begin; break;
      case '$': atom.kind = Atom::Kind::end; break;
      case '.': atom.bytes = ~std::bitset<256>().set('\n'); break;
      case '[': atom.bytes = set_of_bytes(); break;
      case '\\': atom.bytes = escaped(); break;
      case '(':
        if (pattern_.substr(at_).starts_with('?') && !take("?:")) fail();
        atom.kind = Atom::Kind::group;
        atom.group = alternatives(depth + 1);
        if (!take(")")) fail();
        break;
      case '*':
      case '+':
      case '?':
      case '{': fail();
      default: atom.bytes.set(static_cast<unsigned char>(c));
    }
    return atom;
  }

  std::bitset<256> escaped() {
    const std::bitset<256> digits = range('0', '9');
    const std::bitset<256> words = digits | range('a', 'z') | range('A', 'Z') | std::bitset<256>().set('_');
    switch (const char c = next()) {
      case 'd': return digits;
      case 'D': return ~digits;
      case 'w': return words;
      case 'W': return ~words;
      default:
        if (words[static_cast<unsigned char>(c)]) fail();  // \b, \A, a reference: more than a character
        return std::bitset<256>().set(static_cast<unsigned char>(c));
    }
  }

  std::bitset<256> set_of_bytes() {
    std::bitset<256> bytes;
    const bool negated = take("^");
    for (bool first = true; first || pattern_.substr(at_, 1) != "]"; first = false) {
      const char low = next();
      if (low == '\\') {
        bytes |= escaped();
      } else if (pattern_.substr(at_).starts_with('-') && pattern_.substr(at_, 2) != "-]") {
        ++at_;
        const char high = next();
        if (high == '\\' || static_cast<unsigned char>(high) < static_cast<unsigned char>(low)) fail();
        bytes |= range(static_cast<unsigned char>(low), static_cast<unsigned char>(high));
      } else {
        bytes.set(static_cast<unsigned char>(low));
      }
    }
    ++at_;
    return negated ? ~bytes : bytes;
  }

  std::string_view pattern_;
  const std::string& place_;
  std::size_t at_ = 0;
};

Places after(const Node& node, const Places& begins, std::string_view name);

Places after_one(const Atom& atom, const Places& begins, std::string_view name) {
  if (atom.kind == Atom::Kind::group) return after(*atom.group, begins, name);
  Places ends;
  for (const std::size_t place : begins) {
    if (atom.kind == Atom::Kind::bytes && place < name.size() && atom.bytes[static_cast<unsigned char>(name[place])]) {
      ends.insert(place + 1);
    }
    const bool holds =
        (atom.kind == Atom::Kind::begin && place == 0) || (atom.kind == Atom::Kind::end && place == name.size());
    if (holds) ends.insert(place);
  }
  return ends;
}

/// Where a match that begins at one of `begins` may end.
Places after(const Node& node, const Places& begins, std::string_view name) {
  Places all;
  for (const auto& way : node.ways) {
    Places places = begins;
    for (const Atom& atom : way) {
      Places ends = atom.least == 0 ? places : Places();
      for (unsigned times = 1; times <= atom.most && !places.empty(); ++times) {
        Places next = after_one(atom, places, name);
        const bool same = next == places;  // then so is every further one
        places = std::move(next);
        const std::size_t before = ends.size();
        if (times >= atom.least || same) ends.insert(places.begin(), places.end());
        if (same || (times > atom.least && ends.size() == before)) break;
      }
      places = std::move(ends);
    }
    all.merge(places);
  }
  return all;
}

}  // namespace

NamePattern::NamePattern(std::string_view pattern, const std::string& place) : root_(Parser(pattern, place).parse()) {}
NamePattern::~NamePattern() = default;
NamePattern::NamePattern(NamePattern&&) noexcept = default;
NamePattern& NamePattern::operator=(NamePattern&&) noexcept = default;

bool NamePattern::matches(std::string_view name) const { return after(*root_, {0}, name).contains(name.size()); }

bool NamePattern::matches_end(std::string_view name) const {
  Places begins = {0};
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '.') begins.insert(i + 1);
  }
  return after(*root_, begins, name).contains(name.size());
}

}  // namespace mana::formats
