#include "mana/word2vec/subword_table.h"

#include <algorithm>

#include "mana/formats/word_vectors.h"

namespace mana::word2vec {

SubwordTable::SubwordTable(std::span<const std::string> words, const Subwords& subwords) {
  const formats::Subwords parts{subwords.shortest, subwords.longest, subwords.buckets, {}};
  std::vector<std::uint32_t> buckets;
  begins_.push_back(0);
  for (std::size_t word = 0; word < words.size(); ++word) {
    rows_.push_back(static_cast<std::uint32_t>(word));
    buckets.clear();
    formats::append_buckets(words[word], parts, buckets);
    for (const std::uint32_t bucket : buckets) rows_.push_back(static_cast<std::uint32_t>(words.size()) + bucket);
    begins_.push_back(rows_.size());
    most_ = std::max(most_, rows_.size() - begins_[word]);
  }
}

}  // namespace mana::word2vec
