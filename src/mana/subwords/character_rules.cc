#include "mana/subwords/character_rules.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <unordered_map>
#include <vector>

#include "mana/text/case_folding.h"
#include "mana/text/persian_folding.h"
#include "mana/text/unicode.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

struct NewerCompatible {
  char32_t c;
  char32_t first, second = 0;  // what it stands for, one or two
};
struct NewerComposite {
  char32_t first, second;
  char32_t composite;
};

#include "mana/subwords/newer_characters.inc"

constexpr char32_t kSurrogates = 0xD800, kBehindSurrogates = 0xE000, kLast = 0x10FFFF;
constexpr char32_t kNonJoiner = 0x200C;

template <class Visit>
void for_each_character(Visit&& visit) {
  for (char32_t c = 1; c <= kLast; ++c) {
    if (c == kSurrogates) c = kBehindSurrogates;
    visit(c);
  }
}

char32_t composite(char32_t first, char32_t second) {
  for (const NewerComposite& newer : kNewerComposites) {
    if (newer.first == first && newer.second == second) return newer.composite;
  }
  return text::composition(first, second);
}

// The form NFKD of a character.
std::u32string decomposed(char32_t c) {
  for (const NewerComposite& newer : kNewerComposites) {
    if (newer.composite == c) return decomposed(newer.first) + decomposed(newer.second);
  }
  const auto* const compatible = std::ranges::lower_bound(kNewerCompatible, c, {}, &NewerCompatible::c);
  if (compatible != std::end(kNewerCompatible) && compatible->c == c) {
    const std::u32string parts{compatible->first, compatible->second};
    return parts.substr(0, compatible->second == 0 ? 1 : 2);
  }
  char32_t hangul[3];
  const std::u32string_view parts = text::decomposition(c, text::Equivalence::compatibility, hangul);
  return parts.empty() ? std::u32string(1, c) : std::u32string(parts);
}

// Canonical composition (Unicode 3.11) of a text that is decomposed and in canonical order.
std::u32string composed(std::u32string_view text) {
  std::u32string result;
  std::size_t starter = std::u32string::npos;
  unsigned last_class = 0;
  for (const char32_t c : text) {
    const unsigned own = text::properties(c).combining_class;
    const bool adjacent = starter + 1 == result.size();
    if (starter != std::u32string::npos && (adjacent || last_class < own)) {
      if (const char32_t both = composite(result[starter], c)) {
        result[starter] = both;
        continue;
      }
    }
    if (own == 0) starter = result.size();
    last_class = own;
    result.push_back(c);
  }
  return result;
}

// Rules by what they stand for, as they are found most quickly.
using FoundRules = std::unordered_map<std::u32string_view, const CharacterRules::value_type*>;

// What the longest rules of at most `longest` characters make of a string, from left to right.
std::u32string normalized(const FoundRules& rules, std::u32string_view text, std::size_t longest) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    auto rule = rules.end();
    std::size_t size = std::min(longest, text.size() - at);
    for (; size > 0 && rule == rules.end(); --size) rule = rules.find(text.substr(at, size));
    if (rule == rules.end()) {
      result.push_back(text[at++]);
    } else {
      result += rule->second->second;
      at += rule->first.size();
    }
  }
  return result;
}

CharacterRules without_redundant(CharacterRules rules) {
  std::vector<std::vector<CharacterRules::const_iterator>> by_size;
  for (auto rule = rules.cbegin(); rule != rules.cend(); ++rule) {
    by_size.resize(std::max(by_size.size(), rule->first.size() + 1));
    by_size[rule->first.size()].push_back(rule);
  }
  FoundRules kept;
  kept.reserve(rules.size());
  std::vector<CharacterRules::const_iterator> redundant;
  for (std::size_t size = 1; size < by_size.size(); ++size) {
    for (const auto rule : by_size[size]) {
      if (size == 1 || normalized(kept, rule->first, size - 1) != rule->second) {
        kept.emplace(rule->first, &*rule);
      } else {
        redundant.push_back(rule);
      }
    }
  }
  for (const auto rule : redundant) rules.erase(rule);
  return rules;
}

CharacterRules nfkc() {
  CharacterRules rules;
  std::set<std::u32string> sequences;                 // what characters are taken apart into
  std::unordered_map<char32_t, std::u32string> same;  // the characters that become this one alone
  for_each_character([&](char32_t c) {
    const std::u32string apart = decomposed(c);
    if (apart == std::u32string_view(&c, 1)) return;
    if (std::u32string whole = composed(apart); whole != std::u32string_view(&c, 1)) {
      rules.emplace_hint(rules.end(), std::u32string(1, c), std::move(whole));
    }
    if (apart.size() > 1) {
      sequences.insert(apart);
    } else if (apart[0] != c) {
      same[apart[0]].push_back(c);
    }
  });
  for (const std::u32string& sequence : sequences) {
    const std::u32string whole = composed(sequence);
    if (whole == sequence) continue;
    // Each character of the sequence may be written as any that becomes it.
    std::vector<std::u32string> written{std::u32string()};
    for (const char32_t c : sequence) {
      std::u32string others(1, c);
      if (const auto found = same.find(c); found != same.end()) others += found->second;
      std::vector<std::u32string> longer;
      longer.reserve(written.size() * others.size());
      for (const std::u32string& before : written) {
        for (const char32_t other : others) longer.push_back(before + other);
      }
      written = std::move(longer);
    }
    for (std::u32string& each : written) {
      if (each != whole) rules.insert_or_assign(std::move(each), whole);
    }
  }
  return rules;
}

CharacterRules with_nmt(CharacterRules rules) {
  constexpr std::array<char32_t, 15> kSpaces = {0x09,   0x0A,   0x0C,   0x0D,   0x061C, 0x1680, 0x200B, 0x200C,
                                                0x200E, 0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD};
  for (const char32_t c : kSpaces) rules[std::u32string(1, c)].assign(1, U' ');
  for (char32_t c = 1; c < U' '; ++c) {
    if (std::ranges::find(kSpaces, c) == kSpaces.end()) rules[std::u32string(1, c)].clear();
  }
  for (const char32_t c : {0x7F, 0x8F, 0x9F}) rules[std::u32string(1, c)].clear();
  rules.erase(std::u32string(1, 0xFF5E));  // the full-width tilde, which Japanese tells from the other
  return rules;
}

// Unicode's simple case folding (CaseFolding.txt, statuses C and S).
char32_t case_folded(char32_t c) {
  if (c == text::kDottedI || (c >= 0x13A0 && c <= 0x13F5)) return c;
  if (c >= 0x13F8 && c <= 0x13FD) return c - 8;  // Cherokee is folded to capitals
  if (c >= 0xAB70 && c <= 0xABBF) return c - 0xAB70 + 0x13A0;
  const char32_t small = text::lower(c, text::properties(c));
  const std::string_view folded = text::folded(small);
  if (folded.empty() || folded.size() != text::code_point_size(folded[0])) return small;
  const char* at = folded.data();
  return text::decode(at);
}

CharacterRules with_case_folding(CharacterRules rules) {
  for (auto& rule : rules) {
    for (char32_t& c : rule.second) c = case_folded(c);
  }
  for_each_character([&](char32_t c) {
    if (case_folded(c) != c) rules.try_emplace(std::u32string(1, c), 1, case_folded(c));
  });
  return rules;
}

}  // namespace

std::string_view name_of(Normalization normalization) {
  constexpr std::array<std::string_view, 5> kNames = {"identity", "nfkc", "nmt_nfkc", "nfkc_cf", "nmt_nfkc_cf"};
  return kNames[static_cast<std::size_t>(normalization)];
}

CharacterRules character_rules(Normalization normalization) {
  switch (normalization) {
    case Normalization::nfkc: return without_redundant(nfkc());
    case Normalization::nmt_nfkc: return without_redundant(with_nmt(nfkc()));
    case Normalization::nfkc_cf: return without_redundant(with_case_folding(nfkc()));
    case Normalization::nmt_nfkc_cf: return without_redundant(with_case_folding(with_nmt(nfkc())));
    case Normalization::identity: break;
  }
  return {};
}

void add_persian_folding(CharacterRules& rules) {
  const auto folded = [](std::u32string_view text) {
    std::u32string result;
    for (const char32_t c : text) {
      if (const char32_t persian = text::fold_persian(c); persian != text::kLeftOut) result.push_back(persian);
    }
    return result;
  };
  for (auto& rule : rules) rule.second = folded(rule.second);
  for_each_character([&](char32_t c) {
    if (text::fold_persian(c) != c) rules.try_emplace(std::u32string(1, c), folded(std::u32string_view(&c, 1)));
  });
}

void set_zero_width_non_joiner(CharacterRules& rules, ZeroWidthNonJoiner what) {
  const std::u32string key(1, kNonJoiner);
  if (what == ZeroWidthNonJoiner::kept) rules.erase(key);
  if (what == ZeroWidthNonJoiner::removed) rules[key].clear();
}

}  // namespace mana::subwords
