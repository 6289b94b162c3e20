#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/word2vec/options.h"

namespace mana::word2vec {

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

}  // namespace mana::word2vec
