#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mana/text/merge_table.h"
#include "mana/text/model_memory.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/token_table.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// A word is its code points, or its bytes; of all neighbours that were merged in training those that were merged first
/// become one token, until no two are left (Sennrich et al. 2016, arXiv:1508.07909).
class BytePairEncoding {
 public:
  struct Options {
    std::string unknown_token = {};      ///< empty: what the vocabulary lacks is left out
    std::string continuing_prefix = {};  ///< of every code point but a word's first
    std::string end_suffix = {};         ///< of a word's last one
    bool fuse_unknown = false;           ///< what is unknown side by side is one token
    bool byte_fallback = false;          ///< a code point that is unknown is the tokens of its bytes, <0x00> to <0xFF>
    bool ignore_merges = false;          ///< a word that is a token is that one, whatever the merges say
    bool byte_level = false;             ///< tokens are written in the letters of bytes (byte_letters.h)
  };
  /// Two tokens that become one.
  struct Pair {
    std::string_view left, right;
  };

  /// `merges` in the order of training. Throws FormatError, which names `place`, when the vocabulary lacks the unknown
  /// token or one that a merge needs.
  BytePairEncoding(Vocabulary vocabulary, std::span<const Pair> merges, const Options& options, std::string_view place);

  /// A view of what compile() wrote. Throws FormatError.
  explicit BytePairEncoding(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  /// Adds the pieces of all words. `text` is followed by TokenTable::kPadding readable bytes. A word of n bytes takes
  /// O(n log n).
  void operator()(std::string_view text, const Words& words, ModelMemory& memory, Pieces& pieces) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  void insert_symbols(const Options& options);
  void insert_bytes();
  void insert_merges(std::span<const Pair> merges, const Options& options, std::string_view place);
  void insert_words(const Options& options);
  void add(std::string_view text, Range word, std::uint64_t hash, ModelMemory& memory, Pieces& pieces) const;
  void split(std::string_view text, Range word, PairMerging& symbols) const;
  TokenId symbol(std::string_view unit, bool first, bool last) const;
  TokenId byte_token(char byte) const { return bytes_[static_cast<unsigned char>(byte)]; }
  bool has_bytes(std::string_view unit) const;

  Vocabulary vocabulary_;
  TokenTable words_;    // what is one token as a whole, as it stands in a text
  TokenTable symbols_;  // what words are split into, by symbol_key()
  MergeTable merges_;
  Array<TokenId> bytes_;                 // the tokens of bytes for byte fallback; empty: there are none
  TokenId unknown_ = TokenTable::kNone;  // kNone: it is left out
  bool positions_ = false;               // symbols differ by where in a word they are
  bool fuse_unknown_ = false;
  bool byte_level_ = false;
};

}  // namespace mana::text
