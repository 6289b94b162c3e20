#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/data/pair_batches.h"
#include "mana/data/parallel_text.h"
#include "mana/text/tokenizer.h"

namespace mana::train {

/// One side of a parallel text as tokens, text after text, each with the token that ends it.
struct TokenTexts {
  std::vector<text::TokenId> ids;
  std::vector<std::size_t> begins = {0};  ///< [texts + 1], in `ids`

  std::span<const text::TokenId> operator[](std::size_t i) const {
    return std::span(ids).subspan(begins[i], begins[i + 1] - begins[i]);
  }
  /// Appends what stands behind the last text so far, and `end`.
  void close(text::TokenId end);
};

/// A parallel text as tokens: all that training needs of it, once.
struct TokenPairs {
  std::string name;  ///< of the file or files
  TokenTexts source, target;
  std::vector<data::PairLength> lengths;
  std::vector<std::uint32_t> lines;  ///< in the file or files
  std::size_t too_long = 0;          ///< pairs that were left out
  std::uint64_t first_too_long = 0;  ///< the line of the first of them
  std::vector<data::ReadingNotes> notes = {};

  std::size_t size() const { return lengths.size(); }
  std::size_t tokens() const { return source.ids.size() + target.ids.size(); }
};

/// How texts of the two sides become tokens.
struct PairTokenizers {
  const text::Tokenizer& source;
  const text::Tokenizer& target;
  text::TokenId end = 0;  ///< stands behind every text, whatever the tokenizers put around it
};

/// Reads and tokenizes a parallel text. A pair of which a side has more than `most_tokens`, its end included, is left
/// out whole and counted: half a text belongs to no whole translation. Throws as data::ParallelReader, FormatError
/// where no pair is left, Cancelled.
TokenPairs read_token_pairs(const data::ParallelFiles& files, const PairTokenizers& tokenizers, std::size_t most_tokens,
                            const std::stop_token& stop = {});

}  // namespace mana::train
