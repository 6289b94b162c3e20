#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mana/base/random.h"
#include "mana/text/tokenizer.h"

namespace mana::data {

/// What is hidden together.
enum class MaskUnit : std::uint8_t {
  tokens,  ///< each token by itself (Devlin et al. 2018, arXiv:1810.04805)
  words,   ///< all tokens of a word
  spans,   ///< words that follow each other, in lengths of a geometric distribution (Joshi et al. 2019,
           ///< arXiv:1907.10529: p = 0.2, at most 10 words)
};

/// Of the tokens that are asked for, these shares are replaced by [MASK] and by a random token; the others stay.
struct MaskRule {
  MaskUnit unit = MaskUnit::tokens;
  double rate = 0.15;  ///< of the tokens that are no special tokens
  double masked = 0.8;
  double random = 0.1;

  bool operator==(const MaskRule&) const = default;
};

/// What masking knows of a vocabulary.
class MaskVocabulary {
 public:
  /// Throws ArgumentError for a tokenizer without [MASK] (or <mask>), and for one whose template does not put one
  /// token before a text and one behind it.
  explicit MaskVocabulary(const text::Tokenizer& tokenizer);

  std::int32_t begin() const { return begin_; }          ///< [CLS]
  std::int32_t separator() const { return separator_; }  ///< [SEP]
  std::int32_t mask() const { return mask_; }            ///< [MASK]
  /// Whether the token is of the template, a mask, unknown or padding: never asked for, never put in another's place.
  bool is_special(std::int32_t id) const { return kinds_[static_cast<std::size_t>(id)] == Kind::special; }
  /// Whether the token goes on with the word of the one before it.
  bool continues(std::int32_t id) const { return kinds_[static_cast<std::size_t>(id)] == Kind::continuation; }
  /// One of the tokens that are not special, each as likely as the others.
  std::int32_t draw(Random& random) const { return ordinary_[random.below(ordinary_.size())]; }
  /// One more than the largest id.
  std::size_t size() const { return kinds_.size(); }

 private:
  enum class Kind : std::uint8_t { word, continuation, special };

  std::int32_t begin_ = 0, separator_ = 0, mask_ = 0;
  std::vector<Kind> kinds_;
  std::vector<std::int32_t> ordinary_;
};

/// Hides tokens of one sequence after another. Of n tokens that are no special ones, rate · n are chosen: that many
/// exactly but for what whole words allow, rounded up or down by chance so that the mean is exact, and at least one.
class Masking {
 public:
  /// `vocabulary` outlives it. Throws ArgumentError for shares that are none.
  Masking(const MaskVocabulary& vocabulary, const MaskRule& rule);

  /// Replaces tokens of `ids`, adds the places of those that were chosen to `chosen` (counted from `first`, ascending)
  /// and what stood there to `originals`. A function of what `random` gives.
  void hide(std::span<std::int32_t> ids, std::uint32_t first, Random random, std::vector<std::uint32_t>& chosen,
            std::vector<std::int32_t>& originals) const;

 private:
  const MaskVocabulary& vocabulary_;
  MaskRule rule_;
};

}  // namespace mana::data
