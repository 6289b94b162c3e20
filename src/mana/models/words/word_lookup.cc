#include "mana/models/words/word_lookup.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <tuple>
#include <unordered_map>

#include "mana/text/case_folding.h"

namespace mana::models {
namespace {

constexpr std::size_t kLongest = 64;  // nothing that long is a slip of the finger, and the distance is quadratic

/// The optimal string alignment distance of bytes, in three rows.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kLongest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& before = rows[(i + 2) % 3];
    const auto& earlier = rows[(i + 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], earlier[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

/// Whether folding leaves the word as it is, for certain.
bool is_small_ascii(std::string_view word) {
  return std::ranges::all_of(word, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && static_cast<unsigned>(byte - 'A') >= 26;
  });
}

/// A bit for each byte that occurs: an edit changes two at most.
std::uint64_t letters_of(std::string_view word) {
  std::uint64_t letters = 0;
  for (const char c : word) letters |= std::uint64_t{1} << (static_cast<unsigned char>(c) % 64);
  return letters;
}

}  // namespace

std::vector<std::optional<std::size_t>> find_words(std::span<const std::string_view> words,
                                                   std::span<const std::string> wanted) {
  std::unordered_map<std::string_view, std::optional<std::size_t>> places;
  std::size_t longest = 0;
  for (const std::string& word : wanted) {
    places.emplace(word, std::nullopt);
    longest = std::max(longest, word.size());
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() > longest) continue;
    const auto found = places.find(words[i]);
    if (found != places.end() && !found->second) found->second = i;
  }
  std::vector<std::optional<std::size_t>> result;
  result.reserve(wanted.size());
  for (const std::string& word : wanted) result.push_back(places[word]);
  return result;
}

std::vector<std::string> nearest_spellings(std::span<const std::string_view> words, std::string_view word,
                                           std::size_t count) {
  const std::string wanted = text::fold_case(word);
  if (wanted.size() > kLongest) return {};
  struct Candidate {
    std::size_t edits;
    std::size_t with_case;  // edits where capitals are not small letters
    std::size_t place;
  };
  const std::size_t most = std::max<std::size_t>(1, wanted.size() / 3);
  const std::uint64_t letters = letters_of(wanted);
  std::vector<Candidate> candidates;
  std::string folded;
  for (std::size_t i = 0; i < words.size(); ++i) {
    // Folding may make two bytes of one and the other way round.
    if (words[i].size() > 2 * (wanted.size() + most) || 2 * words[i].size() + most < wanted.size()) continue;
    const std::string_view other = is_small_ascii(words[i]) ? words[i] : (folded = text::fold_case(words[i]));
    const std::size_t difference = std::max(other.size(), wanted.size()) - std::min(other.size(), wanted.size());
    if (difference > most || other.size() > kLongest) continue;
    if (static_cast<std::size_t>(std::popcount(letters ^ letters_of(other))) > 2 * most) continue;
    const std::size_t edits = distance(wanted, other);
    if (edits > most) continue;
    const bool comparable = words[i].size() <= kLongest && word.size() <= kLongest;
    candidates.push_back({edits, comparable ? distance(word, words[i]) : kLongest, i});
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return std::tie(a.edits, a.with_case, a.place) < std::tie(b.edits, b.with_case, b.place);
  });
  std::vector<std::string> nearest;
  nearest.reserve(std::min(count, candidates.size()));
  for (const Candidate& candidate : candidates) {
    if (nearest.size() == count) break;
    nearest.emplace_back(words[candidate.place]);
  }
  return nearest;
}

}  // namespace mana::models
