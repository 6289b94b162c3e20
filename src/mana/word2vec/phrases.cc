#include "mana/word2vec/phrases.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "mana/base/errors.h"

namespace mana::word2vec {
namespace {

/// Pairs held at once; beyond, the rarest are forgotten, like words.
constexpr std::size_t kPairs = 20'000'000;

std::uint64_t pair_of(std::uint32_t a, std::uint32_t b) { return std::uint64_t{a} << 32U | b; }

void stop_if_asked(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Cancelled("the search for phrases was cancelled");
}

std::unordered_map<std::uint64_t, std::uint64_t> count_pairs(const TokenFile& text, const WordCounter& counter,
                                                             const PhraseOptions& options) {
  std::unordered_map<std::uint64_t, std::uint64_t> pairs;
  std::uint64_t rarest = 1;
  std::uint32_t before = WordCounter::kNone;
  for_each_token(text, [&](std::uint32_t token) {
    const bool counts = token != WordCounter::kNone && counter.count(token) >= options.min_count;
    if (counts && before != WordCounter::kNone) ++pairs[pair_of(before, token)];
    before = counts ? token : WordCounter::kNone;
    if (pairs.size() <= kPairs) return;
    stop_if_asked(options.stop);
    std::erase_if(pairs, [&](const auto& pair) { return pair.second <= rarest; });
    ++rarest;
  });
  return pairs;
}

}  // namespace

TokenFile join_phrases(const TokenFile& text, WordCounter& counter, const PhraseOptions& options) {
  stop_if_asked(options.stop);
  double words = 0;
  for (std::uint32_t number = 0; number < counter.size(); ++number) words += static_cast<double>(counter.count(number));
  auto pairs = count_pairs(text, counter, options);
  const double threshold = options.threshold / static_cast<double>(std::uint64_t{1} << std::min(options.pass, 60U));
  std::erase_if(pairs, [&](const auto& pair) {
    const auto a = static_cast<double>(counter.count(static_cast<std::uint32_t>(pair.first >> 32U)));
    const auto b = static_cast<double>(counter.count(static_cast<std::uint32_t>(pair.first)));
    const double above = static_cast<double>(pair.second) - static_cast<double>(options.min_count);
    return above * words / (a * b) <= threshold;
  });
  stop_if_asked(options.stop);

  TokenFile joined;
  std::unordered_map<std::uint64_t, std::uint32_t> phrases;
  std::vector<bool> forgotten;
  forgotten.reserve(counter.size());
  for (std::uint32_t number = 0; number < counter.size(); ++number) forgotten.push_back(counter.count(number) == 0);
  counter.restart();
  std::uint32_t before = WordCounter::kNone;
  const auto put = [&](std::uint32_t token) {
    if (token < forgotten.size() && forgotten[token]) return;
    joined.append(token);
    counter.add(token);
  };
  for_each_token(text, [&](std::uint32_t token) {
    if (token != WordCounter::kNone && before != WordCounter::kNone && pairs.contains(pair_of(before, token))) {
      const auto [phrase, fresh] = phrases.try_emplace(pair_of(before, token));
      if (fresh) {
        phrase->second = counter.add(std::string(counter.word(before)) + "_" + std::string(counter.word(token)));
      } else {
        counter.add(phrase->second);
      }
      joined.append(phrase->second);
      before = WordCounter::kNone;
      return;
    }
    if (before != WordCounter::kNone) put(before);
    before = token;
    if (token == WordCounter::kNone) joined.append(token);
  });
  if (before != WordCounter::kNone) put(before);
  joined.flush();
  return joined;
}

}  // namespace mana::word2vec
