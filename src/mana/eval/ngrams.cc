#include "mana/eval/ngrams.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace mana::eval {
namespace {

/// All n-grams of all texts, each once, ascending: their places are their numbers.
Ngrams distinct(const std::vector<std::vector<Ngrams>>& ngrams, std::size_t order) {
  Ngrams all;
  for (const std::vector<Ngrams>& text : ngrams) all.insert(all.end(), text[order].begin(), text[order].end());
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

}  // namespace

std::vector<std::vector<Ngrams>> ngrams_of(std::span<const Symbols> texts, std::size_t orders) {
  std::vector<std::vector<Ngrams>> ngrams(texts.size());
  for (std::size_t t = 0; t < texts.size(); ++t) ngrams[t].emplace_back(texts[t].begin(), texts[t].end());
  for (std::size_t order = 1; order < orders; ++order) {
    // An n-gram is the number of what it begins with, an (n − 1)-gram, and its last symbol.
    const Ngrams known = distinct(ngrams, order - 1);
    for (std::size_t t = 0; t < texts.size(); ++t) {
      const Ngrams& shorter = ngrams[t][order - 1];
      Ngrams longer;
      longer.reserve(shorter.size());
      for (std::size_t i = 0; i + 1 < shorter.size(); ++i) {
        const auto number = static_cast<std::uint64_t>(std::ranges::lower_bound(known, shorter[i]) - known.begin());
        longer.push_back(number << 32 | texts[t][i + order]);
      }
      ngrams[t].push_back(std::move(longer));
    }
  }
  for (std::vector<Ngrams>& text : ngrams) {
    for (Ngrams& each : text) std::ranges::sort(each);
  }
  return ngrams;
}

std::vector<Symbols> numbered(std::span<const std::vector<std::u32string_view>> texts) {
  std::unordered_map<std::u32string_view, std::uint32_t> numbers;
  std::vector<Symbols> symbols(texts.size());
  for (std::size_t t = 0; t < texts.size(); ++t) {
    symbols[t].reserve(texts[t].size());
    for (const std::u32string_view word : texts[t]) {
      symbols[t].push_back(numbers.try_emplace(word, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
  }
  return symbols;
}

std::size_t common(const Ngrams& a, const Ngrams& b) {
  Ngrams both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  return both.size();
}

Ngrams united(const Ngrams& a, const Ngrams& b) {
  Ngrams either;
  either.reserve(std::max(a.size(), b.size()));
  std::ranges::set_union(a, b, std::back_inserter(either));
  return either;
}

}  // namespace mana::eval
