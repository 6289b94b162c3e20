#include "mana/subwords/counted_words.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>
#include <utility>

#include "mana/base/errors.h"

namespace mana::subwords {
namespace {

/// Multiply and fold, eight bytes at a time: words are short.
std::uint32_t hash_of(std::string_view word) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  std::uint64_t hash = word.size() * kFactor;
  const auto mix = [&](std::uint64_t bytes) {
    hash = (hash ^ bytes) * kFactor;
    hash ^= hash >> 32U;
  };
  const auto eight = [&](std::size_t at) {
    std::uint64_t bytes;
    std::memcpy(&bytes, word.data() + at, sizeof bytes);
    return bytes;
  };
  if (word.size() >= 8) {
    for (std::size_t at = 0; at + 8 < word.size(); at += 8) mix(eight(at));
    mix(eight(word.size() - 8));
  } else {
    std::uint64_t bytes = 0;
    for (const char c : word) bytes = bytes << 8U | static_cast<unsigned char>(c);
    mix(bytes);
  }
  return static_cast<std::uint32_t>(hash);
}

}  // namespace

std::uint32_t WordTally::number(std::string_view word) {
  const std::uint32_t hash = hash_of(word);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].number != 0; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && text(slots_[at].number - 1) == word) return slots_[at].number - 1;
  }
  if (words_.size() >= std::numeric_limits<std::uint32_t>::max() - 1) {
    throw ArgumentError("the text has more than 4 billion different words");
  }
  const auto number = static_cast<std::uint32_t>(words_.size());
  words_.push_back({bytes_.size(), 0, static_cast<std::uint32_t>(word.size())});
  bytes_.insert(bytes_.end(), word.begin(), word.end());
  slots_[at] = {hash, number + 1};
  if (words_.size() * 2 > slots_.size()) grow();
  return number;
}

void WordTally::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].number != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

CountedWords::CountedWords(std::span<WordTally> tallies) {
  WordTally all;
  for (WordTally& tally : tallies) {
    lines_left_out_ += tally.lines_left_out();
    if (all.size() == 0) {
      std::swap(all, tally);
    } else {
      tally.for_each([&](const CountedWord& word) { all.add(word.text, word.count); });
    }
    tally = {};
  }
  words_.reserve(all.size());
  all.for_each([&](const CountedWord& word) {
    words_.push_back(word);
    total_ += word.count;
  });
  std::ranges::sort(words_, [](const CountedWord& a, const CountedWord& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  bytes_.reserve(all.bytes());  // so that none of them moves
  for (CountedWord& word : words_) {
    const std::size_t begin = bytes_.size();
    bytes_.insert(bytes_.end(), word.text.begin(), word.text.end());
    word.text = {bytes_.data() + begin, word.text.size()};
  }
}

CountedWords count_words(TextBlocks& text, const std::function<WordCutter()>& make_cutter, Team& team,
                         const std::function<void(std::uint64_t bytes)>& read) {
  std::vector<WordTally> tallies(team.size());
  std::mutex reading;
  team.run([&](unsigned share) {
    const WordCutter cut = make_cutter();
    TextBlock block;
    const auto next = [&] {
      const std::scoped_lock lock(reading);
      const bool more = text.next(block);
      if (more && read) read(text.bytes_read());
      return more;
    };
    while (next()) {
      for (std::size_t i = 0; i < block.size(); ++i) cut(block[i], tallies[share]);
    }
  });
  return CountedWords(tallies);
}

}  // namespace mana::subwords
