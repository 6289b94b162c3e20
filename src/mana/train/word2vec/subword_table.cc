#include "mana/train/word2vec/subword_table.h"

#include <algorithm>

#include "mana/text/utf8.h"

namespace mana::train {
namespace {

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261;
  for (const char c : text) {
    hash ^= static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<signed char>(c)));
    hash *= 16777619;
  }
  return hash;
}

}  // namespace

void find_subwords(std::string_view word, const Subwords& subwords, std::vector<std::uint32_t>& buckets) {
  buckets.clear();
  std::string bordered = "<";
  bordered.append(word).push_back('>');
  for (std::size_t begin = 0; begin < bordered.size(); ++begin) {
    if (text::is_continuation(bordered[begin])) continue;
    std::size_t end = begin;
    for (unsigned length = 1; end < bordered.size() && length <= subwords.longest; ++length) {
      ++end;
      while (end < bordered.size() && text::is_continuation(bordered[end])) ++end;
      const bool border = length == 1 && (begin == 0 || end == bordered.size());
      if (length < subwords.shortest || border) continue;
      buckets.push_back(fnv1a(std::string_view(bordered).substr(begin, end - begin)) % subwords.buckets);
    }
  }
}

SubwordTable::SubwordTable(std::span<const std::string> words, const Subwords& subwords) {
  std::vector<std::uint32_t> buckets;
  begins_.push_back(0);
  for (std::size_t word = 0; word < words.size(); ++word) {
    rows_.push_back(static_cast<std::uint32_t>(word));
    find_subwords(words[word], subwords, buckets);
    for (const std::uint32_t bucket : buckets) rows_.push_back(static_cast<std::uint32_t>(words.size()) + bucket);
    begins_.push_back(rows_.size());
    most_ = std::max(most_, rows_.size() - begins_[word]);
  }
}

}  // namespace mana::train
