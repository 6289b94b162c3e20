#include "mana/data/pretraining/pair_packing.h"

#include <algorithm>
#include <numeric>

namespace mana::data {
namespace {

/// Where the sentences of a document begin, and where it ends; longer ones are cut evenly into parts of at most `most`
/// tokens.
std::vector<std::uint64_t> unit_bounds(const TokenFile& tokens, std::uint32_t document, std::uint64_t most) {
  const auto bounds = tokens.sentence_bounds();
  const std::uint64_t first = tokens.document_bounds()[document], last = tokens.document_bounds()[document + 1];
  std::vector<std::uint64_t> units;
  units.reserve(last - first + 1);
  for (std::uint64_t i = first; i < last; ++i) {
    const std::uint64_t size = bounds[i + 1] - bounds[i];
    const std::uint64_t parts = (size + most - 1) / most;
    for (std::uint64_t part = 0; part < parts; ++part) units.push_back(bounds[i] + size * part / parts);
  }
  units.push_back(bounds[last]);
  return units;
}

}  // namespace

void add_pairs(const TokenFile& tokens, std::uint32_t document, std::size_t room, double short_share, Random random,
               std::vector<TextPair>& pairs) {
  const std::vector<std::uint64_t> bounds = unit_bounds(tokens, document, room / 2);
  const std::size_t units = bounds.size() - 1;
  for (std::size_t begin = 0; begin < units;) {
    const bool is_short = random.uniform() < short_share;
    const std::uint64_t target = is_short ? 2 + random.below(room - 1) : room;
    const auto fits = [&](std::size_t end) { return bounds[end] - bounds[begin] <= room; };
    std::size_t end = begin + 1;
    while (end < units && fits(end + 1) && (end < begin + 2 || bounds[end] - bounds[begin] < target)) ++end;
    if (end + 1 == units) {  // the last one would stand alone
      if (fits(units)) {
        end = units;
      } else if (end - begin > 2 || bounds[units] - bounds[end] < 2) {
        --end;
      }
    }
    const std::size_t count = end - begin;
    const std::uint64_t middle =
        count > 1 ? bounds[begin + 1 + random.below(count - 1)] : bounds[begin] + (bounds[end] - bounds[begin]) / 2;
    pairs.push_back({document, bounds[begin], middle, bounds[end]});
    begin = end;
  }
}

std::vector<std::uint32_t> exchange_partners(std::span<const TextPair> pairs, std::size_t room, Random random) {
  std::vector<std::uint32_t> partners(pairs.size());
  std::iota(partners.begin(), partners.end(), 0U);
  struct Candidate {
    std::uint32_t pair;
    std::uint64_t second;  // |B|
    std::uint64_t order;   // of those with the same, by chance
  };
  std::vector<Candidate> half;
  half.reserve(pairs.size());
  for (const std::uint32_t i : partners) {
    if (random.uniform() < 0.5) half.push_back({i, pairs[i].second(), random.next()});
  }
  std::ranges::sort(half, [](const Candidate& a, const Candidate& b) {
    return a.second != b.second ? a.second > b.second : a.order < b.order;
  });

  const auto may_exchange = [&](const TextPair& a, const TextPair& b) {
    return a.document != b.document && a.first() + b.second() <= room && b.first() + a.second() <= room;
  };
  constexpr std::size_t kLookedAt = 256;  // free ones, for each
  for (std::size_t i = 0; i < half.size(); ++i) {
    const std::uint32_t one = half[i].pair;
    if (partners[one] != one) continue;
    std::size_t looked_at = 0;
    for (std::size_t j = i + 1; j < half.size() && looked_at < kLookedAt; ++j) {
      const std::uint32_t other = half[j].pair;
      if (partners[other] != other) continue;
      ++looked_at;
      if (!may_exchange(pairs[one], pairs[other])) continue;
      partners[one] = other;
      partners[other] = one;
      break;
    }
  }
  return partners;
}

}  // namespace mana::data
