#include "mana/formats/repeated_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <vector>

#include "mana/base/printable.h"
#include "mana/base/xxh64.h"

namespace mana::formats {
namespace {

/// The places of words that stood there before: a table of numbers alone, since files have millions of words.
std::vector<std::size_t> repeated_places(const std::vector<std::string_view>& words) {
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = 0;  // from 1; 0: nothing
  };
  std::vector<Slot> slots(std::bit_ceil(words.size() * 2));
  const std::size_t mask = slots.size() - 1;
  std::vector<std::size_t> repeated;
  constexpr std::size_t kAhead = 16;  // words whose slots are on their way: the table is beyond the caches
  std::array<std::uint64_t, kAhead> hashes{};
  for (std::size_t begin = 0; begin < words.size(); begin += kAhead) {
    const std::size_t count = std::min(kAhead, words.size() - begin);
    for (std::size_t k = 0; k < count; ++k) {
      hashes[k] = xxh64(std::as_bytes(std::span(words[begin + k])));
      __builtin_prefetch(&slots[static_cast<std::size_t>(hashes[k]) & mask], 1);
    }
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t i = begin + k;
      const auto part = static_cast<std::uint32_t>(hashes[k] >> 32U);
      std::size_t at = static_cast<std::size_t>(hashes[k]) & mask;
      for (; slots[at].place != 0; at = (at + 1) & mask) {
        if (slots[at].hash == part && words[slots[at].place - 1] == words[i]) break;
      }
      if (slots[at].place != 0) {
        repeated.push_back(i);
      } else {
        slots[at] = {part, static_cast<std::uint32_t>(i + 1)};
      }
    }
  }
  return repeated;
}

/// The elements at the places, which are in order, taken out.
template <class T>
void take_out(std::vector<T>& values, const std::vector<std::size_t>& places) {
  if (values.empty()) return;
  std::size_t kept = 0;
  auto next = places.begin();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (next != places.end() && *next == i) {
      ++next;
    } else {
      values[kept++] = values[i];
    }
  }
  values.resize(kept);
}

}  // namespace

void leave_out_repeated(WordVectors& vectors) {
  const std::vector<std::size_t> places = repeated_places(vectors.words);
  if (places.empty()) return;
  vectors.notes.push_back(fmt::format(
      "{}{}{} of its {} words stood there before, \"{}\" the first of them; the first vector of each counts",
      vectors.source, vectors.source.empty() ? "" : ": ", places.size(), vectors.size(),
      printable(vectors.words[places.front()])));
  if (vectors.begins.empty()) {
    for (std::size_t word = 0; word < vectors.size(); ++word) {
      vectors.begins.push_back(std::uint64_t{word} * vectors.dimensions * sizeof(float));
    }
  }
  if (vectors.training) vectors.training->output = {};  // has a row for each word, too, and only training needs it
  take_out(vectors.words, places);
  take_out(vectors.counts, places);
  take_out(vectors.begins, places);
}

}  // namespace mana::formats
