#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/train/word2vec/options.h"

namespace mana::train {

/// The buckets of a word's n-grams of code points, the borders of "<word>" among them, as fastText numbers them: FNV-1a
/// of 32 bits over UTF-8, bytes taken as signed. A border alone is none.
void find_subwords(std::string_view word, const Subwords& subwords, std::vector<std::uint32_t>& buckets);

/// The rows of the inputs that make up each word: its own, then those of its n-grams.
class SubwordTable {
 public:
  SubwordTable(std::span<const std::string> words, const Subwords& subwords);

  std::span<const std::uint32_t> rows(std::uint32_t word) const {
    return std::span(rows_).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }
  std::size_t most() const { return most_; }

 private:
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> rows_;
  std::size_t most_ = 0;
};

}  // namespace mana::train
